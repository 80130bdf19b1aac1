//! Unsecured JWTs (RFC 7519 §6): read where a client may send a request object without signing it, and nowhere else.

use serde_json::{Map, Value};

use super::{JoseError, compact};

/// The `alg` of a compact JWS, not believed: to find out what it claims to be.
pub fn algorithm_of(token: &str) -> Option<String> {
    compact::unverified_header(token)?.get("alg").and_then(Value::as_str).map(str::to_owned)
}

/// Header and claims.
type Parts = (Map<String, Value>, Map<String, Value>);

/// The header and the claims of a JWT whose `alg` is `none` and which carries no signature.
///
/// # Errors
/// When it is anything else.
pub fn read(token: &str) -> Result<Parts, JoseError> {
    let (_, header, payload, signature) = compact::split(token)?;
    let header = compact::header(header)?;
    if header.get("alg").and_then(Value::as_str) != Some("none") {
        return Err(JoseError::Algorithm);
    }
    if !signature.is_empty() {
        return Err(JoseError::Signature);
    }
    Ok((header, compact::claims(payload)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7519_is_read_and_nothing_that_claims_a_signature() {
        let claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let token = format!("eyJhbGciOiJub25lIn0.{claims}.");
        assert_eq!(read(&token).unwrap().1["iss"], "joe");
        assert_eq!(algorithm_of(&token).as_deref(), Some("none"));
        for wrong in [
            format!("eyJhbGciOiJub25lIn0.{claims}.AAAA"),
            format!("eyJhbGciOiJSUzI1NiJ9.{claims}."),
            format!("e30.{claims}."),
            "..".to_owned(),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
