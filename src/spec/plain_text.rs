//! Text of strangers that people are to read as it is: RFC 7591 §5, Unicode TR 36 §2.4.

use serde_json::Value;

/// Controls, marks that turn the words around them, and what is there without being seen. The two joiners are none of these: some scripts
/// cannot be written without them.
pub fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whether there is something to see, and nothing that deceives.
pub fn is_readable(text: &str) -> bool {
    let unseen = |character: char| character.is_whitespace() || matches!(character, '\u{200c}' | '\u{200d}');
    !text.chars().any(is_deceptive) && !text.chars().all(unseen)
}

/// RFC 3986 §2.3: `unreserved`, what a URI holds without encoding it.
pub const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether U+0000 is anywhere in it, which PostgreSQL keeps in no column, or in a member's name.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_nul_is_found_at_any_depth_and_what_only_spells_one_is_none() {
        for value in [json!("a\0"), json!([["\0"]]), json!({"a": [{"\0b": 1}]})] {
            assert!(has_nul(&value), "{value}");
        }
        for value in [json!("\\u0000"), json!({"a\u{1}": [null, 0, "\u{fffd}"]})] {
            assert!(!has_nul(&value), "{value}");
        }
    }

    #[test]
    fn names_in_any_script_are_readable() {
        for text in ["Ada's shop", "Café №1", "نمی\u{200c}خواهم", "👩\u{200d}💻 tools", "商店", "a b"] {
            assert!(is_readable(text), "{text}");
        }
    }

    #[test]
    fn what_turns_a_line_or_cannot_be_seen_is_not() {
        for text in [
            "Shop \u{202e}knab ruoY",
            "\u{2066}x\u{2069}",
            "a\u{200b}b",
            "\u{feff}",
            "a\u{2028}b",
            "a\nb",
            "\u{e0041}\u{e0042}",
            "pay\u{ad}pal",
            "\u{3164}",
            "\u{200d}",
            " ",
            "",
        ] {
            assert!(!is_readable(text), "{text:?}");
        }
    }
}
