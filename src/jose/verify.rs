//! A compact JWS of our own back to its claims (RFC 7515 §5.2, RFC 7519 §7.2), with the caution of RFC 8725.
//!
//! Only tokens that authy signed are read here. The `kid` names one of our keys and the key decides the algorithm; nothing else in the
//! header is a source of anything.

use serde_json::{Map, Value};

use super::{Algorithm, JoseError, KeySet, compact};
use crate::clock::Timestamp;

/// Which kind of token is expected: one is never taken for the other (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typ {
    /// An ID Token: no `typ`, or `JWT`.
    IdToken,
    /// A JWT access token: `at+jwt` (RFC 9068 §2.1).
    AccessToken,
}

/// What the caller makes of a token whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It is refused.
    Refused,
    /// It still tells something: an `id_token_hint` may have expired.
    Overlooked,
}

/// What the caller demands of the token.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The `iss`, to the letter.
    pub issuer: &'a str,
    /// The kind of token.
    pub typ: Typ,
    /// Whether an expired token will do.
    pub expiry: Expiry,
    /// The present.
    pub now: Timestamp,
}

/// Verifies a token that authy itself signed and returns its claims. `aud` and `sub` are the caller's to check.
///
/// # Errors
/// Why the token is not to be believed; never anything of its content.
pub fn verify(keys: &KeySet, token: &str, expect: Expect<'_>) -> Result<Map<String, Value>, JoseError> {
    let (signed, header, payload, signature) = compact::split(token)?;
    let header = compact::header(header)?;
    let kid = header.get("kid").and_then(Value::as_str).ok_or(JoseError::UnknownKey)?;
    let (algorithm, key) = keys.verifier(kid, expect.now).ok_or(JoseError::UnknownKey)?;
    // RFC 8725 §3.1: each key is used with exactly one algorithm.
    if header.get("alg").and_then(Value::as_str).and_then(Algorithm::parse) != Some(algorithm) {
        return Err(JoseError::Algorithm);
    }
    check_typ(header.get("typ"), expect.typ)?;
    key.verify(signed.as_bytes(), &compact::decode(signature)?).map_err(|_| JoseError::Signature)?;
    let claims = compact::claims(payload)?;
    check_claims(&claims, &expect)?;
    Ok(claims)
}

/// RFC 8725 §3.11: explicit types keep the kinds of tokens apart.
fn check_typ(typ: Option<&Value>, expected: Typ) -> Result<(), JoseError> {
    let fits = match (expected, typ.map(Value::as_str)) {
        (Typ::IdToken, None | Some(Some("JWT"))) | (Typ::AccessToken, Some(Some("at+jwt"))) => true,
        (Typ::IdToken | Typ::AccessToken, _) => false,
    };
    if fits { Ok(()) } else { Err(JoseError::Unexpected("typ")) }
}

/// RFC 7519 §4.1: the issuer and the times. Everything authy signs has an `exp` and an `iat`, and they are whole numbers.
fn check_claims(claims: &Map<String, Value>, expect: &Expect<'_>) -> Result<(), JoseError> {
    if claims.get("iss").and_then(Value::as_str) != Some(expect.issuer) {
        return Err(JoseError::Unexpected("iss"));
    }
    let time = |name: &'static str| claims.get(name).and_then(Value::as_i64).ok_or(JoseError::Unexpected(name));
    let (expires, _) = (time("exp")?, time("iat")?);
    // RFC 7519 §4.1.4: "on or after which the JWT MUST NOT be accepted"
    if expect.expiry == Expiry::Refused && Timestamp::from_seconds(expires) <= expect.now {
        return Err(JoseError::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
