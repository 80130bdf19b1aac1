//! Claims about a person beyond the columns: their names and the type each must have. OIDC Core §5.1. Pure.

use serde_json::{Map, Value};

use crate::admin::fault::Fault;
use crate::spec::claims::{OWN, PROTOCOL_CLAIMS};
use crate::spec::plain_text;

/// The text claims of OIDC Core §5.1 that are kept as claims.
pub const TEXT_CLAIMS: [&str; 12] = [
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
];

/// What the fields of a person fill, or a protocol gives a meaning: nobody may write over it.
fn is_reserved(name: &str) -> bool {
    name == "name" || OWN.contains(&name) || PROTOCOL_CLAIMS.contains(&name)
}

/// Reads `NAME=JSON-OR-TEXT`: the value is JSON when it parses as an object, array, number, boolean, null or quoted text, else text.
/// A claim that OIDC Core defines as text stays text whatever it looks like: a phone number is no number.
///
/// # Errors
/// When there is no `=` or no name.
pub fn parse(argument: &str) -> Result<(String, Value), Fault> {
    let (name, value) = argument.split_once('=').filter(|(name, _)| !name.trim().is_empty()).ok_or_else(|| {
        Fault::new("claims", format!("{argument:?} is not a claim."), "Write it as NAME=VALUE, for example department=Physics.")
    })?;
    let name = name.trim();
    let parsed = serde_json::from_str::<Value>(value).ok();
    let value = match parsed {
        Some(Value::String(text)) => Value::String(text),
        Some(json) if !TEXT_CLAIMS.contains(&name) => json,
        _ => Value::String(value.to_owned()),
    };
    Ok((name.to_owned(), value))
}

/// What is wrong with a set of claims.
pub fn faults(claims: &Map<String, Value>) -> Vec<Fault> {
    claims.iter().filter_map(|(name, value)| fault(name, value)).collect()
}

fn fault(name: &str, value: &Value) -> Option<Fault> {
    let reserved =
        || Fault::new("claims", format!("authy itself makes the claim {name:?}."), "Use the setting of that name, or another claim name.");
    let wrong =
        |what: &str, example: &str| Fault::new("claims", format!("The claim {name:?} must be {what}."), format!("Write {example}."));
    if name.is_empty() || name.len() > 100 || name.contains(char::is_control) {
        return Some(Fault::new("claims", "A claim's name has 1 to 100 characters.", "Choose another name."));
    }
    if is_reserved(name) {
        return Some(reserved());
    }
    match name {
        "address" if !value.is_object() => Some(wrong("a JSON object", r#"it like address={"locality":"London","country":"UK"}"#)),
        "phone_number_verified" if !value.is_boolean() => Some(wrong("true or false", "it like phone_number_verified=true")),
        text if TEXT_CLAIMS.contains(&text) && !value.is_string() => Some(wrong("text", &format!("it like {text}=…"))),
        text if TEXT_CLAIMS.contains(&text) && value.as_str().is_some_and(|text| text.contains(char::is_control)) => {
            Some(wrong("one line of text", &format!("it like {text}=…")))
        }
        _ if plain_text::has_nul(value) => Some(wrong("text or JSON without NUL characters", "a value without them")),
        _ if value.to_string().len() > 4_096 => Some(wrong("at most 4 KiB of JSON", "a shorter value")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_json_when_it_parses_and_text_otherwise() {
        assert_eq!(parse("department=Physics").unwrap(), ("department".to_owned(), json!("Physics")));
        assert_eq!(parse("level=3").unwrap().1, json!(3));
        assert_eq!(parse(r#"address={"locality":"Paris"}"#).unwrap().1, json!({"locality": "Paris"}));
        assert_eq!(parse("note=a=b").unwrap().1, json!("a=b"));
        assert_eq!(parse("phone_number=4930123").unwrap().1, json!("4930123"));
        assert!(parse("=x").is_err() && parse("x").is_err());
    }

    #[test]
    fn claims_that_authy_makes_cannot_be_written_over() {
        for name in ["name"].iter().chain(OWN).chain(PROTOCOL_CLAIMS) {
            assert!(fault(name, &json!("x")).is_some(), "{name}");
        }
        assert!(fault("department", &json!(["a", 1])).is_none());
    }

    #[test]
    fn an_address_is_an_object_and_a_verified_mark_a_boolean() {
        assert!(fault("address", &json!("Paris")).is_some());
        assert!(fault("address", &json!({"formatted": "Paris"})).is_none());
        assert!(fault("phone_number_verified", &json!("true")).is_some());
        assert!(fault("locale", &json!(1)).is_some() && fault("given_name", &json!("A\u{1}da")).is_some());
        assert!(fault("note", &json!(["a\0b"])).is_some(), "Postgres keeps no NUL");
    }
}
