//! What kind of JWT a header says it is: RFC 7515 §4.1.9, RFC 8725 §3.11.

use serde_json::{Map, Value};

/// Whether `typ` is absent or one of `kinds` (in lower case). RFC 2045 §5.1: media types are compared without regard to case, and
/// `application/` may be left out.
pub fn is_absent_or_one_of(kinds: &[&str], header: &Map<String, Value>) -> bool {
    let Some(typ) = header.get("typ") else { return true };
    let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
    kinds.contains(&typ.strip_prefix("application/").unwrap_or(&typ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_typ_is_compared_as_a_media_type() {
        let fits = |typ: Value| is_absent_or_one_of(&["jwt"], json!({ "typ": typ }).as_object().unwrap());
        assert!(is_absent_or_one_of(&["jwt"], &Map::new()));
        assert!(["JWT", "jwt", "application/JWT"].into_iter().all(|typ| fits(typ.into())));
        assert!([json!("at+jwt"), json!("text/jwt"), json!(""), json!(1), Value::Null].into_iter().all(|typ| !fits(typ)));
    }
}
