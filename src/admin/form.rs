//! The fields of an administration form as they were typed. Pure.
//!
//! Unlike the parameters of a protocol request, a field may come several times: that is how browsers send a group of check boxes.

use crate::spec::params::page_fields;

/// Form fields, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Parses `application/x-www-form-urlencoded`.
    pub fn parse(body: &str) -> Self {
        Self(page_fields(body).collect())
    }

    /// A form that shows what is stored.
    pub fn of<const N: usize>(fields: [(&str, String); N]) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Adds a field.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// The field without spaces around it; empty when it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The field exactly as typed: for passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The field, or `None` when nothing was typed.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Whether a check box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Whether the box of a group that stands for `value` was ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, given)| known == name && given == value)
    }

    /// Every value of a group of check boxes.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, value)| known == name && !value.trim().is_empty()).map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// The words of a text area: one a line, or several with spaces between.
    pub fn words(&self, name: &str) -> Vec<String> {
        self.raw(name).split_whitespace().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_boxes_keeps_every_value_and_a_text_area_is_split_at_white_space() {
        let form = Form::parse("grant=a&grant=b&uris=https%3A%2F%2Fa%2F%0D%0Ahttps%3A%2F%2Fb%2F&name=+Ada+");
        assert_eq!(form.all("grant"), ["a", "b"]);
        assert!(form.has("grant", "b") && !form.has("grant", "c"));
        assert_eq!(form.words("uris"), ["https://a/", "https://b/"]);
        assert_eq!(form.text("name"), "Ada");
        assert_eq!(form.raw("name"), " Ada ");
        assert_eq!(form.filled("missing"), None);
    }
}
