//! Signed authentication requests: OpenID CIBA Core §7.1.1, FAPI-CIBA §5.2.2. Pure.

use std::time::Duration;

use serde_json::{Map, Value};

use super::LONGEST_TOKEN;
use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::secret::TokenHash;
use crate::spec::audience;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::numeric_date;
use crate::spec::params::Params;

/// How long a signed request may live: FAPI 1.0 Advanced §5.2.2 (13), as for request objects.
const LONGEST_SIGNED: Duration = Duration::from_secs(3_600);
/// How far the client's clock may be ahead.
const SKEW: Duration = Duration::from_secs(60);
/// What authenticates the client may be beside a signed request: §7.1.1.
const BESIDE: &[&str] = &["request", "client_id", "client_secret", "client_assertion", "client_assertion_type"];
/// §7.1: what a request may say in text.
const PARAMETERS: &[&str] = &[
    "scope",
    "client_notification_token",
    "acr_values",
    "login_hint_token",
    "id_token_hint",
    "login_hint",
    "binding_message",
    "user_code",
    "requested_expiry",
    "resource",
];
/// What belongs outside, so that a signed request that holds it was made for something else (compare RFC 9101 §4).
const NEVER_INSIDE: &[&str] = &["request", "request_uri", "client_secret", "client_assertion", "client_assertion_type"];
/// What a signed request may call itself (§7.1.1 gives it no name): nothing special, or what other requests are called.
pub const TYPES: &[&str] = &["jwt", "oauth-authz-req+jwt"];

/// Whether the client must sign its requests: one that registered how, and every FAPI client (FAPI-CIBA §5.2.2 (1)).
pub fn must_sign(client: &Client) -> bool {
    client.metadata.protocol.backchannel_authentication_request_signing_alg.is_some() || client.metadata.profile.is_fapi()
}

/// §7.1.1: "Authentication request parameters […] MUST NOT be present outside of the JWT".
///
/// # Errors
/// `invalid_request`.
pub fn nothing_beside(params: &Params) -> Result<(), Refusal> {
    if params.iter().all(|(name, _)| BESIDE.contains(&name)) {
        return Ok(());
    }
    Err(OAuthError::invalid_request("Parameters are given beside the signed request.").about("request").into())
}

/// The parameters of a signed request whose signature was verified, and what must not be seen again. §7.1.1: `aud`, `iss`, `exp`, `iat`,
/// `nbf` and `jti` are required; FAPI-CIBA §5.2.2 bounds its life to an hour.
///
/// # Errors
/// The claim that is not as it must be.
pub fn signed(
    claims: &Map<String, Value>,
    client_id: &str,
    ours: &[String],
    now: Timestamp,
) -> Result<(Params, TokenHash, Duration), &'static str> {
    if claims.get("iss").and_then(Value::as_str) != Some(client_id) {
        return Err("iss");
    }
    if !audience::names(claims, |named| ours.iter().any(|one| one == named)) {
        return Err("aud");
    }
    let time = |name: &'static str| claims.get(name).and_then(numeric_date::parse).ok_or(name);
    let (expires, not_before, issued) = (time("exp")?, time("nbf")?, time("iat")?);
    if expires <= now || expires > not_before + LONGEST_SIGNED {
        return Err("exp");
    }
    if not_before > now + SKEW || not_before + LONGEST_SIGNED < now {
        return Err("nbf");
    }
    if issued > now + SKEW {
        return Err("iat");
    }
    if claims.get("client_id").is_some_and(|named| named.as_str() != Some(client_id)) {
        return Err("client_id");
    }
    if NEVER_INSIDE.iter().any(|name| claims.contains_key(*name)) {
        return Err("a parameter that belongs outside of it");
    }
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| !jti.is_empty() && jti.len() <= LONGEST_TOKEN).ok_or("jti")?;
    let once = TokenHash::of(&format!("{client_id}\n{jti}"));
    Ok((parameters(claims)?, once, now.until(expires) + SKEW))
}

/// The claims that are parameters; numbers as they are written in a form. What is neither is no parameter of this endpoint, or is one that was
/// written wrongly.
fn parameters(claims: &Map<String, Value>) -> Result<Params, &'static str> {
    let mut pairs = Vec::new();
    for (name, value) in claims.iter().filter(|(name, _)| !matches!(name.as_str(), "iss" | "aud" | "exp" | "nbf" | "iat" | "jti")) {
        match value {
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            Value::Null => {}
            // RFC 9396 §3: in a JWT they are JSON as they are, an array or what is refused for it.
            details if name == "authorization_details" => pairs.push((name.clone(), details.to_string())),
            Value::Number(number) => pairs.push((name.clone(), number.to_string())),
            Value::Array(several) if name == "resource" => {
                let uris: Option<Vec<&str>> = several.iter().map(Value::as_str).collect();
                pairs.extend(uris.ok_or("resource")?.into_iter().map(|uri| (name.clone(), uri.to_owned())));
            }
            _ if PARAMETERS.contains(&name.as_str()) => return Err("a parameter that is no text"),
            _ => {}
        }
    }
    Ok(Params::from_pairs(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_signed_request_is_for_us_and_lives_briefly() {
        let now = Timestamp::from_seconds(1_000_000);
        let us = ["https://id.example".to_owned()];
        let claims = |change: Value| {
            let mut claims = json!({ "iss": "c", "aud": "https://id.example", "exp": 1_000_300, "nbf": 1_000_000, "iat": 1_000_000,
                "jti": "j", "scope": "openid", "requested_expiry": 60 });
            for (name, value) in change.as_object().unwrap() {
                claims[name] = value.clone();
            }
            claims.as_object().unwrap().clone()
        };
        let (params, ..) = signed(&claims(json!({})), "c", &us, now).unwrap();
        assert_eq!((params.get("requested_expiry"), params.get("aud")), (Some("60"), None));
        assert!(signed(&claims(json!({ "nbf": 1_000_008, "aud": ["x", "https://id.example"] })), "c", &us, now).is_ok());
        for change in [
            json!({ "iss": "d" }),
            json!({ "aud": "https://other.example" }),
            json!({ "exp": 999_999 }),
            json!({ "exp": 1_003_601 }),
            json!({ "exp": "1000300" }),
            json!({ "nbf": null }),
            json!({ "nbf": 1_000_070 }),
            json!({ "nbf": 996_000, "exp": 999_600 }),
            json!({ "iat": 1_000_070 }),
            json!({ "jti": "" }),
            json!({ "login_hint": ["ada", "bob"] }),
            json!({ "client_id": "d" }),
            json!({ "request": "x" }),
            json!({ "client_assertion": "x" }),
            json!({ "binding_message": {} }),
            json!({ "resource": [1] }),
        ] {
            assert!(signed(&claims(change.clone()), "c", &us, now).is_err(), "{change}");
        }
    }
}
