//! What a request object must say to be believed, and the parameters it holds: RFC 9101 §4, §6.2, OIDC Core §6.1, FAPI 2.0 Message Signing
//! §5.3.1, FAPI 1.0 Advanced §5.2.2.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::issuer::Issuer;
use crate::spec::params::Params;
use crate::spec::signing_algorithm::{OF_CLIENTS, leaves, usual};
use crate::spec::typ;

/// How far ahead of ours another clock may be.
const SKEW: Duration = Duration::from_secs(30);
/// FAPI 2.0 Message Signing §5.3.1: "nbf claim that is no longer than 60 minutes in the past", "exp claim that has a lifetime of no longer
/// than 60 minutes after the nbf claim".
const FAPI_LIFETIME: i64 = 3_600;

/// Claims that are about the JWT and not parameters of the request: RFC 7519 §4.1.
const ABOUT_THE_JWT: &[&str] = &["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// Which algorithm a request object may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// No signature: it is worth what plain parameters are worth.
    Unsigned,
    /// A signature of the client's own key.
    Signed,
}

/// Whether a request object with that `alg` is taken from the client: the registered `request_object_signing_alg` alone if there is one; else
/// any that authy verifies, and on the profiles for everybody `none` too (OIDC Registration §2): it says no more than plain parameters do.
/// Of these the profile may leave fewer: FAPI 1.0 Advanced §8.6, FAPI 2.0 Security Profile §5.4.1.
///
/// # Errors
/// `invalid_request_object`.
pub fn algorithm(alg: &str, client: &Client) -> Result<Allowed, Refusal> {
    let protocol = &client.metadata.protocol;
    let left = leaves(client.metadata.profile, alg);
    if protocol.request_object_signing_alg.as_deref().is_some_and(|registered| usual(registered) != usual(alg)) {
        return Err(invalid("the client registered another algorithm"));
    }
    match alg {
        "none" if !left || protocol.require_signed_request_object => Err(invalid("the client must sign its requests")),
        "none" => Ok(Allowed::Unsigned),
        _ if !OF_CLIENTS.contains(&alg) => Err(invalid("the algorithm is none that authy verifies")),
        _ if !left => Err(invalid("the profile of the client does not leave the algorithm")),
        _ => Ok(Allowed::Signed),
    }
}

/// RFC 9101 §10.8: an object of another kind, an assertion or a token say, is none.
///
/// # Errors
/// `invalid_request_object`.
pub fn typ(header: &Map<String, Value>) -> Result<(), Refusal> {
    match typ::is_absent_or_one_of(&["oauth-authz-req+jwt", "jwt"], header) {
        true => Ok(()),
        false => Err(invalid("the typ is that of something else")),
    }
}

/// RFC 9101 §6.3: "the authorization server MUST only use the parameters in the Request Object, even if the same parameter is provided in
/// the query parameter". Only `client_id` stands beside it, and must be the same (§5).
///
/// # Errors
/// `invalid_request_object`.
pub fn parameters(claims: &Map<String, Value>, client: &Client, issuer: &Issuer, now: Timestamp) -> Result<Params, Refusal> {
    about_whom(claims, client, issuer)?; // RFC 9101 §4
    when(claims, client, now)?; // RFC 7519 §4.1.4 to §4.1.6
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(invalid("a request object inside a request object")); // RFC 9101 §4
    }
    let mut pairs = vec![("client_id".to_owned(), client.client_id.clone())];
    for (name, value) in claims.iter().filter(|(name, _)| !ABOUT_THE_JWT.contains(&name.as_str()) && *name != "client_id") {
        match value {
            Value::Array(several) if name == "resource" || name == "audience" => {
                for one in several {
                    pairs.push((name.clone(), text(one)?));
                }
            }
            one => pairs.push((name.clone(), text(one)?)),
        }
    }
    Ok(Params::from_pairs(pairs))
}

/// RFC 9101 §4, §6.2: "iss" is the client, "aud" is us; an object made for somebody else is not for us. The FAPI profiles demand `aud`.
fn about_whom(claims: &Map<String, Value>, client: &Client, issuer: &Issuer) -> Result<(), Refusal> {
    for name in ["iss", "client_id"] {
        if claims.get(name).is_some_and(|named| named.as_str() != Some(&client.client_id)) {
            return Err(invalid("iss or client_id is not the client that sends it"));
        }
    }
    let ours = |audience: &Value| audience.as_str() == Some(issuer.as_str());
    match claims.get("aud") {
        None if client.metadata.profile.is_fapi() => Err(invalid("aud is missing")),
        None => Ok(()),
        Some(Value::Array(several)) if several.iter().any(ours) && several.iter().all(Value::is_string) => Ok(()),
        Some(one) if ours(one) => Ok(()),
        Some(_) => Err(invalid("aud does not name this provider")),
    }
}

/// Times are whole numbers; the FAPI profiles demand them and bound them.
fn when(claims: &Map<String, Value>, client: &Client, now: Timestamp) -> Result<(), Refusal> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| invalid("a time is not a whole number")),
    };
    let (expires, not_before, issued) = (time("exp")?, time("nbf")?, time("iat")?);
    if expires.is_some_and(|expires| expires <= now.as_seconds()) {
        return Err(invalid("it has expired"));
    }
    let latest = (now + SKEW).as_seconds();
    if [not_before, issued].into_iter().flatten().any(|moment| moment > latest) {
        return Err(invalid("nbf or iat lies in the future"));
    }
    if !client.metadata.profile.is_fapi() {
        return Ok(());
    }
    let (Some(expires), Some(not_before)) = (expires, not_before) else { return Err(invalid("exp or nbf is missing")) };
    if expires.saturating_sub(not_before) > FAPI_LIFETIME {
        return Err(invalid("exp is more than an hour after nbf"));
    }
    if now.as_seconds().saturating_sub(not_before) > FAPI_LIFETIME {
        return Err(invalid("nbf is more than an hour ago"));
    }
    Ok(())
}

/// A parameter as it would stand in a query: RFC 9101 §4 has strings and numbers as they are, other values as JSON.
fn text(value: &Value) -> Result<String, Refusal> {
    let text = match value {
        Value::Null => return Ok(String::new()),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().any(char::is_control) {
        return Err(invalid("a parameter has control characters"));
    }
    Ok(text)
}

/// One sentence for every request object that is not to be believed; the log says why.
pub fn invalid(detail: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    OAuthError::invalid_request_object("The request object is not valid.").about("request").because(detail)
}
