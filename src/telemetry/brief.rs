//! Texts of strangers, as long as a log can bear.

/// How much of a text is told, in characters.
const LONGEST: usize = 500;

/// The text, or its beginning and a sign that there was more.
pub fn brief(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so() {
        assert_eq!(brief("ä".repeat(500)), "ä".repeat(500));
        assert_eq!(brief("ä".repeat(501)), format!("{}…", "ä".repeat(500)));
    }
}
