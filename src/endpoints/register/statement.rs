//! Software statements: what a third party that the operator trusts says about a client. RFC 7591 §2.3, §3.1.1. Pure.

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::jose::Algorithm;
use crate::jose::client_keys::ClientKeys;
use crate::jose::compact::unverified_claims;
use crate::spec::audience;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::typ;

/// What a statement may call itself.
const TYPES: &[&str] = &["jwt", "software-statement+jwt"];
/// Claims that are about the statement and not about the client: RFC 7519 §4.1.
const ABOUT_ITSELF: &[&str] = &["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "software_statement"];

/// Whose statement it says that it is, not believed yet.
///
/// # Errors
/// `invalid_software_statement`.
pub fn issuer(statement: &str) -> Result<String, Refusal> {
    let claims = unverified_claims(statement).ok_or_else(|| invalid("the statement is no compact JWS"))?;
    let issuer = claims.get("iss").and_then(Value::as_str).ok_or_else(|| invalid("the statement names no issuer"))?;
    Ok(issuer.to_owned())
}

/// RFC 7591 §3.1.1: what the statement says about the client, once its issuer's signature has been verified.
///
/// # Errors
/// `invalid_software_statement`.
pub fn members(
    statement: &str,
    (issuer, audience): (&str, &[String]),
    (keys, now): (&ClientKeys, Timestamp),
) -> Result<Map<String, Value>, Refusal> {
    let signed = keys.verify(statement, &Algorithm::ALL).map_err(|error| invalid(error.to_string()))?;
    // RFC 8725 §3.11, RFC 7519 §4.1.3: a token of that issuer for something or somebody else is no statement for this server.
    if !typ::is_absent_or_one_of(TYPES, &signed.header) {
        return Err(invalid("its typ is that of something else"));
    }
    let for_us = || audience::names(&signed.claims, |named| audience.iter().any(|known| known == named));
    if signed.claims.contains_key("aud") && !for_us() {
        return Err(invalid("it is for another server"));
    }
    let mut claims = signed.claims;
    let time = |name: &str| claims.get(name).map(|value| value.as_i64().map(Timestamp::from_seconds));
    match (time("exp"), time("nbf")) {
        (Some(None), _) | (_, Some(None)) => return Err(invalid("exp or nbf is no whole number")),
        (Some(Some(end)), _) if end <= now => return Err(invalid("the statement has expired")),
        (_, Some(Some(start))) if now < start => return Err(invalid("the statement is not valid yet")),
        _ => {}
    }
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err(invalid("another issuer"));
    }
    for name in ABOUT_ITSELF {
        claims.remove(*name);
    }
    Ok(claims)
}

/// RFC 7591 §3.2.2.
pub fn invalid(why: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    OAuthError::invalid_software_statement("The software statement is not valid.").about("software_statement").because(why)
}

/// RFC 7591 §3.2.2.
pub fn unapproved(why: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    OAuthError::unapproved_software_statement("The issuer of the software statement is not trusted here.")
        .about("software_statement")
        .because(why)
}
