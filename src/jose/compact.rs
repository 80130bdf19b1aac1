//! The parts of a token in the compact form, before anything of it is believed: RFC 7515 §7.1, §4.1.11, RFC 7516 §4.1.13.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::JoseError;
use crate::spec::json;

/// A JWS longer than this is not looked at, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;

/// RFC 7515 §7.1: exactly three parts. Returns what is signed, then the parts.
pub(super) fn split(token: &str) -> Result<(&str, &str, &str, &str), JoseError> {
    if token.len() > MAX_BYTES {
        return Err(JoseError::Malformed("longer than 16 KiB"));
    }
    let parts = token.rsplit_once('.').and_then(|(signed, signature)| {
        let (header, payload) = signed.split_once('.')?;
        Some((signed, header, payload, signature))
    });
    parts.filter(|(_, _, payload, _)| !payload.contains('.')).ok_or(JoseError::Malformed("not three parts"))
}

/// RFC 7515 §2: base64url without padding, white space or other characters; in one spelling only, so no stray bits either.
pub(super) fn decode(part: &str) -> Result<Vec<u8>, JoseError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JoseError::Malformed("a part is not base64url"))
}

/// The header of a JWS or a JWE. RFC 7515 §4.1.11, RFC 7516 §4.1.13: an extension that is not understood is refused; authy understands none.
/// RFC 7797 §6: `b64` is one, and must not stand there without `crit`.
pub(super) fn header(part: &str) -> Result<Map<String, Value>, JoseError> {
    let header = unchecked_header(part)?;
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(JoseError::Malformed("the header has critical extensions"));
    }
    Ok(header)
}

/// The claims of a JWT: RFC 7519 §7.2.
pub(super) fn claims(part: &str) -> Result<Map<String, Value>, JoseError> {
    json::object(&decode(part)?).ok_or(JoseError::Malformed("the claims are not one JSON object without duplicates"))
}

/// The header of a compact JWS, not believed: to find out what it claims to be. One with extensions that nobody understands tells, too; it is
/// refused, with the reason, where the token is verified.
pub fn unverified_header(token: &str) -> Option<Map<String, Value>> {
    let (_, header, ..) = split(token).ok()?;
    unchecked_header(header).ok()
}

/// The claims of a compact JWS, not believed either: to find out whose keys to try.
pub fn unverified_claims(token: &str) -> Option<Map<String, Value>> {
    let (_, _, payload, _) = split(token).ok()?;
    claims(payload).ok()
}

fn unchecked_header(part: &str) -> Result<Map<String, Value>, JoseError> {
    json::object(&decode(part)?).ok_or(JoseError::Malformed("the header is not one JSON object without duplicates"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_object_without_duplicates_or_extensions() {
        let read = |text: &str| header(&URL_SAFE_NO_PAD.encode(text));
        assert_eq!(read(r#"{"alg":"ES256"}"#).map(Value::Object), Ok(serde_json::json!({"alg": "ES256"})));
        for wrong in [
            r#"{"alg":"ES256","crit":["exp"],"exp":1}"#,
            r#"{"alg":"ES256","crit":[]}"#,
            r#"{"alg":"ES256","b64":true}"#,
            r#"{"alg":"ES256","alg":"none"}"#,
            "[]",
            "{}{}",
            "",
        ] {
            assert!(matches!(read(wrong), Err(JoseError::Malformed(_))), "{wrong}");
        }
        assert!(matches!(header("e30="), Err(JoseError::Malformed(_))), "padding");
    }

    #[test]
    fn of_a_token_that_is_not_believed_its_extensions_hide_nothing() {
        let token =
            format!("{}.{}.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","crit":["x"]}"#), URL_SAFE_NO_PAD.encode(r#"{"iss":"c"}"#));
        assert_eq!(unverified_header(&token).unwrap()["alg"], "ES256");
        assert_eq!(unverified_claims(&token).unwrap()["iss"], "c");
        assert!(unverified_header("a.b").is_none() && unverified_claims("e30.e30.e30.e30").is_none());
    }
}
