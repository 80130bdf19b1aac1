//! A detail in words, for the person who is to approve it: RFC 9396 §11.1, "the authorization server MUST present the merged set of requirements".

use serde_json::Value;

const MAX_LENGTH: usize = 300;

/// Whether a sentence can be registered: braces in pairs, with a name between them.
pub fn is_sentence(sentence: &str) -> bool {
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, later)) = after.split_once('}') else { return false };
        if before.contains('}') || name.is_empty() || name.contains('{') {
            return false;
        }
        rest = later;
    }
    !rest.contains('}') && !sentence.trim().is_empty() && !sentence.chars().any(char::is_control)
}

/// The sentence of a type with the members of a detail in the places of `{name}` and `{outer.inner}`.
pub fn in_words(sentence: &str, detail: &Value) -> String {
    let mut words = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, later) = after.split_once('}').unwrap_or((after, ""));
        words.push_str(before);
        words.push_str(&member(detail, name));
        rest = later;
    }
    words.push_str(rest);
    words
        .chars()
        .filter(|character| !turns_text(*character))
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(MAX_LENGTH)
        .collect()
}

/// Characters that change in which order a sentence is read: with them an amount could be made to look like another.
const fn turns_text(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A member by its path; what is not there is a dash, so that the sentence never promises something else.
fn member(detail: &Value, path: &str) -> String {
    let found = path.split('.').try_fold(detail, |value, name| value.get(name));
    found.map_or_else(|| "–".to_owned(), text)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_payment_of_the_rfc_reads_as_a_sentence() {
        let detail = json!({"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": "123.50"},
            "creditorName": "Merchant A", "actions": ["initiate", "status"]});
        let sentence = "Pay {instructedAmount.amount} {instructedAmount.currency} to {creditorName} ({actions}) by {date}";
        assert!(is_sentence(sentence));
        assert_eq!(in_words(sentence, &detail), "Pay 123.50 EUR to Merchant A (initiate, status) by –");
    }

    #[test]
    fn a_value_with_braces_is_not_read_again_and_a_broken_sentence_is_refused() {
        assert_eq!(in_words("To {a}", &json!({"a": "{b}\u{202e}\n", "b": "x"})), "To {b} ");
        for wrong in ["", "  ", "a {", "a }", "{}", "{a{b}}", "a\nb", "} {a"] {
            assert!(!is_sentence(wrong), "{wrong:?}");
        }
    }
}
