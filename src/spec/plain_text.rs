//! Text of strangers that people are to read as it is: RFC 7591 §5, Unicode TR 36 §2.4.

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

#[cfg(test)]
mod tests {
    use super::*;

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
