//! A type of authorization details (RFC 9396) as an administrator describes it, checked. Pure.

use serde_json::{Value, json};

use crate::admin::fault::Faults;
use crate::clock::Timestamp;
use crate::model::authorization_type::AuthorizationType;
use crate::spec::authorization_details::{schema, sentence};
use crate::spec::plain_text;

/// What an administrator says about a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeDraft {
    /// The `type` of its details.
    pub kind: String,
    /// JSON Schema, as text; anything when absent.
    pub schema: Option<String>,
    /// A detail in words.
    pub sentence: String,
}

impl TypeDraft {
    /// What is stored, to be changed.
    pub fn of(known: &AuthorizationType) -> Self {
        Self { kind: known.kind.clone(), schema: Some(known.schema.to_string()), sentence: known.sentence.clone() }
    }

    /// RFC 9396 §10: a schema that can be checked to the last word, and a sentence for people.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, created_at: Timestamp) -> Result<AuthorizationType, Faults> {
        let mut faults = Faults::default();
        faults.unless(
            (1..=255).contains(&self.kind.len()) && self.kind.bytes().all(|byte| byte.is_ascii_graphic()),
            "type",
            "A type is a word of up to 255 visible characters.",
            "Write it like payment_initiation, or as a URI of yours.",
        );
        faults.unless(
            sentence::is_sentence(&self.sentence) && self.sentence.chars().count() <= 300,
            "sentence",
            "The sentence is empty or too long, or a brace has no partner.",
            "Write it like --sentence \"Pay {instructedAmount.amount} to {creditorName}\".",
        );
        let parsed = self.schema.as_deref().map_or(Ok(json!({ "type": "object" })), serde_json::from_str);
        let schema = match parsed {
            Err(_) => {
                faults.add("schema", "The schema is not JSON.", "Give a file with a JSON Schema: --schema-file payment.json.");
                Value::Null
            }
            Ok(schema) => {
                faults.unless(!plain_text::has_nul(&schema), "schema", "The schema has a NUL character (U+0000).", "Write it without.");
                if let Err(misfit) = schema::check(&schema) {
                    let mend = "Use type, properties, required, additionalProperties, items, enum, const and the bounds of length, number and size.";
                    faults.add("schema", format!("The schema cannot be checked: {misfit}."), mend);
                }
                schema
            }
        };
        faults.or(AuthorizationType { kind: self.kind.clone(), schema, sentence: self.sentence.trim().to_owned(), created_at })
    }
}

/// As the command line shows it.
pub fn json(known: &AuthorizationType) -> Value {
    json!({ "type": known.kind, "sentence": known.sentence, "schema": known.schema, "created_at": known.created_at.rfc3339() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_at_once() {
        let bad = TypeDraft { kind: "a b".into(), schema: Some(r#"{"pattern":"a"}"#.into()), sentence: "a {".into() };
        let faults = bad.check(Timestamp::from_seconds(0)).unwrap_err();
        assert!(["type", "schema", "sentence"].iter().all(|field| faults.of(field).is_some()));
        let good = TypeDraft { kind: "payment".into(), schema: None, sentence: "Pay {amount}".into() };
        assert!(good.check(Timestamp::from_seconds(0)).is_ok());
    }
}
