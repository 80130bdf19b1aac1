//! The part of JSON Schema by which details are checked: RFC 9396 §10 leaves the means open.
//!
//! A schema may only use the words below; any other is refused when it is registered, so that nothing is silently left unchecked. There are
//! no references and no patterns: nothing is ever fetched, and no input takes long.

use serde_json::{Map, Value};

const MAX_DEPTH: usize = 16;

/// Words that say something about people reading the schema and nothing about values.
const NOTES: &[&str] = &["$schema", "$id", "title", "description", "examples", "default", "$comment"];

const TYPES: &[&str] = &["object", "array", "string", "number", "integer", "boolean", "null"];

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at {at}")]
pub struct Misfit {
    /// Where, as a JSON pointer; never a value of the request.
    pub at: String,
    /// What.
    pub problem: &'static str,
}

fn misfit(at: &str, problem: &'static str) -> Misfit {
    Misfit { at: if at.is_empty() { "/".to_owned() } else { at.to_owned() }, problem }
}

/// Whether a schema can be registered: only known words, each of the right form.
///
/// # Errors
/// The first that is not.
pub fn check(schema: &Value) -> Result<(), Misfit> {
    check_at(schema, "", 0)
}

fn check_at(schema: &Value, at: &str, depth: usize) -> Result<(), Misfit> {
    let Value::Object(words) = schema else {
        return if schema.is_boolean() { Ok(()) } else { Err(misfit(at, "a schema is an object, true or false")) };
    };
    if depth > MAX_DEPTH {
        return Err(misfit(at, "the schema is nested too deeply"));
    }
    for (word, value) in words {
        let here = format!("{at}/{word}");
        let fine = match word.as_str() {
            "type" => names(value).is_some_and(|names| names.iter().all(|name| TYPES.contains(name))),
            "enum" => value.is_array(),
            "const" => true,
            "required" => value.is_array() && names(value).is_some(),
            "minLength" | "maxLength" | "minItems" | "maxItems" => value.is_u64(),
            "minimum" | "maximum" => value.is_number(),
            "uniqueItems" => value.is_boolean(),
            "properties" => {
                let members = value.as_object().ok_or_else(|| misfit(&here, "properties is an object"))?;
                for (name, inner) in members {
                    check_at(inner, &format!("{here}/{name}"), depth + 1)?;
                }
                true
            }
            "items" | "additionalProperties" => {
                check_at(value, &here, depth + 1)?;
                true
            }
            note if NOTES.contains(&note) => true,
            _ => return Err(misfit(&here, "authy does not know this word of JSON Schema")),
        };
        if !fine {
            return Err(misfit(&here, "the word has a value of the wrong form"));
        }
    }
    Ok(())
}

/// Whether a value fits a schema that [`check`] has let through.
///
/// # Errors
/// The first place where it does not.
pub fn fits(schema: &Value, value: &Value) -> Result<(), Misfit> {
    fits_at(schema, value, "")
}

fn fits_at(schema: &Value, value: &Value, at: &str) -> Result<(), Misfit> {
    let Value::Object(words) = schema else {
        return if schema == &Value::Bool(false) { Err(misfit(at, "nothing may be here")) } else { Ok(()) };
    };
    for (word, wanted) in words {
        if !holds(word, wanted, value) {
            return Err(misfit(at, "the value is not as the schema says"));
        }
    }
    match value {
        Value::Object(members) => object(words, members, at),
        Value::Array(items) => match words.get("items") {
            Some(inner) => items.iter().enumerate().try_for_each(|(index, item)| fits_at(inner, item, &format!("{at}/{index}"))),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The words about one value; those about its members are left to the caller. A word about another type says nothing.
fn holds(word: &str, wanted: &Value, value: &Value) -> bool {
    let bound = || wanted.as_u64().unwrap_or(u64::MAX);
    let length = |text: &str| text.chars().count() as u64;
    match (word, value) {
        ("type", _) => names(wanted).is_some_and(|names| names.iter().any(|name| is_a(value, name))),
        ("enum", _) => wanted.as_array().is_some_and(|values| values.contains(value)),
        ("const", _) => wanted == value,
        ("minLength", Value::String(text)) => length(text) >= bound(),
        ("maxLength", Value::String(text)) => length(text) <= bound(),
        ("minItems", Value::Array(items)) => items.len() as u64 >= bound(),
        ("maxItems", Value::Array(items)) => items.len() as u64 <= bound(),
        ("minimum", Value::Number(number)) => number.as_f64() >= wanted.as_f64(),
        ("maximum", Value::Number(number)) => number.as_f64() <= wanted.as_f64(),
        ("uniqueItems", Value::Array(items)) if wanted == &Value::Bool(true) => {
            items.iter().enumerate().all(|(index, item)| !items.iter().take(index).any(|earlier| earlier == item))
        }
        ("required", Value::Object(members)) => names(wanted).is_some_and(|names| names.iter().all(|name| members.contains_key(*name))),
        _ => true,
    }
}

fn object(words: &Map<String, Value>, members: &Map<String, Value>, at: &str) -> Result<(), Misfit> {
    let properties = words.get("properties").and_then(Value::as_object);
    for (name, value) in members {
        // The name of an unknown member is the sender's word, so it is not repeated.
        match properties.and_then(|properties| properties.get(name)) {
            Some(inner) => fits_at(inner, value, &format!("{at}/{name}"))?,
            None => match words.get("additionalProperties") {
                Some(Value::Bool(false)) => return Err(misfit(at, "it has a member that the schema does not name")),
                Some(inner) => fits_at(inner, value, &format!("{at}/*"))?,
                None => {}
            },
        }
    }
    Ok(())
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    }
}

/// A name or a list of names.
fn names(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(several) => several.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_words_that_are_understood_can_be_registered() {
        for right in [json!({}), json!(true), json!({"type": ["string", "null"], "title": "x"}), json!({"items": {"enum": [1]}})] {
            assert!(check(&right).is_ok(), "{right}");
        }
        let deep = (0..40).fold(json!({}), |inner, _| json!({ "items": inner }));
        for wrong in [
            json!({"pattern": "^a$"}),
            json!({"$ref": "https://evil.example/schema"}),
            json!({"properties": {"a": {"oneOf": []}}}),
            json!({"type": "text"}),
            json!({"type": 1}),
            json!({"required": "a"}),
            json!({"minLength": -1}),
            json!({"properties": []}),
            json!("object"),
            deep,
        ] {
            assert!(check(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_value_fits_or_the_place_is_named() {
        let schema = json!({
            "type": "object", "required": ["type", "amount"], "additionalProperties": false,
            "properties": {
                "type": {"const": "payment"}, "amount": {"type": "number", "minimum": 1, "maximum": 10},
                "to": {"type": "string", "minLength": 2, "maxLength": 3}, "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2, "uniqueItems": true}
            }
        });
        assert!(check(&schema).is_ok());
        let right = json!({"type": "payment", "amount": 2.5, "to": "äöü", "tags": ["a", "b"]});
        assert!(fits(&schema, &right).is_ok());
        for (member, value, at) in [
            ("amount", json!(0), "/amount"),
            ("amount", json!(11), "/amount"),
            ("amount", json!("2"), "/amount"),
            ("to", json!("a"), "/to"),
            ("to", json!("abcd"), "/to"),
            ("tags", json!(["c"]), "/tags/0"),
            ("tags", json!(["a", "a"]), "/tags"),
            ("tags", json!(["a", "b", "a"]), "/tags"),
            ("other", json!(1), "/"),
        ] {
            let mut wrong = right.clone();
            wrong[member] = value;
            assert_eq!(fits(&schema, &wrong).unwrap_err().at, at, "{wrong}");
        }
        assert!(fits(&schema, &json!({"type": "payment"})).is_err() && fits(&schema, &json!([])).is_err());
        assert!(fits(&json!({"type": "integer"}), &json!(2.0)).is_ok() && fits(&json!({"type": "integer"}), &json!(2.5)).is_err());
        assert!(fits(&json!(false), &json!(1)).is_err());
    }
}
