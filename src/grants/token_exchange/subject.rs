//! What an ID Token tells about its sign-in: OIDC Core §2. Pure.

use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// The claims that lead to a grant.
#[derive(Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// `sub`.
    pub subject: &'a str,
    /// The only `aud`.
    pub audience: &'a str,
    /// `sid`.
    pub sid: &'a str,
    /// `exp`.
    pub expires_at: Timestamp,
}

/// Reads them; a JWT of ours that lacks one is another kind of document.
///
/// # Errors
/// Which one is missing.
pub fn of_id_token(claims: &Map<String, Value>) -> Result<Told<'_>, &'static str> {
    let text = |name: &'static str| claims.get(name).and_then(Value::as_str).ok_or(name);
    let expires_at = claims.get("exp").and_then(Value::as_i64).map(Timestamp::from_seconds).ok_or("exp")?;
    Ok(Told { subject: text("sub")?, audience: text("aud")?, sid: text("sid")?, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_without_a_sign_in_is_no_id_token() {
        let claims = json!({ "sub": "ada", "aud": "rp", "sid": "s", "exp": 5, "iat": 1 });
        assert_eq!(of_id_token(claims.as_object().unwrap()).unwrap().sid, "s");
        for missing in ["sub", "aud", "sid", "exp"] {
            let mut without = claims.as_object().unwrap().clone();
            without.remove(missing);
            assert_eq!(of_id_token(&without), Err(missing));
        }
    }
}
