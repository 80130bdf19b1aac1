//! A detail in words, for the person who is to approve it: RFC 9396 §11.1, "the authorization server MUST present the merged set of requirements".

use serde_json::Value;

use crate::spec::plain_text::is_deceptive;

/// The most of one member that is shown. A member cannot push the others off the page, and what is left out is seen to be.
const LONGEST_MEMBER: usize = 200;
const CUT: &str = " […]";

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
        words.push_str(&shown(&member(detail, name)));
        rest = later;
    }
    words.push_str(rest);
    words
}

/// A member without what cannot be seen or changes the order in which a sentence is read: an amount could be made to look like another.
fn shown(member: &str) -> String {
    let blank = |character: char| if character.is_control() { ' ' } else { character };
    let mut readable = member.chars().map(blank).filter(|character| !is_deceptive(*character));
    let mut shown: String = readable.by_ref().take(LONGEST_MEMBER).collect();
    if readable.next().is_some() {
        shown.push_str(CUT);
    }
    shown
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
    fn a_long_member_hides_no_other_and_nothing_unseen_is_shown() {
        let detail = json!({"what": "tea ".repeat(90), "price": "99"});
        let words = in_words("Order {what} for {price}", &detail);
        assert!(words.starts_with("Order tea tea") && words.ends_with("tea  […] for 99"), "{words}");
        for character in ['\u{61c}', '\u{200b}', '\u{ad}', '\u{2028}', '\u{e0041}', '\u{202e}'] {
            assert_eq!(in_words("{a}", &json!({"a": format!("x{character}y")})), "xy", "{character:?}");
        }
    }

    #[test]
    fn a_value_with_braces_is_not_read_again_and_a_broken_sentence_is_refused() {
        assert_eq!(in_words("To {a}", &json!({"a": "{b}\u{202e}\n", "b": "x"})), "To {b} ");
        for wrong in ["", "  ", "a {", "a }", "{}", "{a{b}}", "a\nb", "} {a"] {
            assert!(!is_sentence(wrong), "{wrong:?}");
        }
    }
}
