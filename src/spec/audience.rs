//! For whom a JWT is: the claim `aud`, RFC 7519 §4.1.3.

use serde_json::{Map, Value};

/// Whether one of the audiences is the one looked for; "an array of case-sensitive strings", or one string.
pub fn names(claims: &Map<String, Value>, is_wanted: impl Fn(&str) -> bool) -> bool {
    let fits = |audience: &Value| audience.as_str().is_some_and(&is_wanted);
    match claims.get("aud") {
        Some(Value::Array(several)) => several.iter().any(fits),
        Some(one) => fits(one),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_of_several_is_enough_and_anything_else_names_nobody() {
        let named = |claims: Value| names(claims.as_object().unwrap(), |audience| audience == "us");
        assert!(named(json!({"aud": "us"})) && named(json!({"aud": ["them", "us"]})) && named(json!({"aud": [5, "us"]})));
        for claims in [
            json!({}),
            json!({"aud": "them"}),
            json!({"aud": []}),
            json!({"aud": null}),
            json!({"aud": {"us": "us"}}),
            json!({"aud": [["us"]]}),
        ] {
            assert!(!named(claims.clone()), "{claims}");
        }
    }
}
