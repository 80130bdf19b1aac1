//! Authentication requests over the back channel: OpenID CIBA Core §7.1, §7.1.1, §10.3.1; FAPI-CIBA §5.2.2.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::authentication_request::Delivery;
use crate::model::client::Client;
use crate::secret::TokenHash;
use crate::spec::audience;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::plain_text::is_readable;
use crate::spec::scope::Scope;

/// The registered grant type.
pub const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";
/// The claim of a pushed ID Token that names its request: §10.3.1.
pub const AUTH_REQ_ID: &str = "urn:openid:params:jwt:claim:auth_req_id";
/// The claim of a pushed ID Token with half a hash of the refresh token: §10.3.1.
pub const REFRESH_TOKEN_HASH: &str = "urn:openid:params:jwt:claim:rt_hash";

/// §7.1: "relatively short and use a limited set of plain text characters".
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
/// What a signed request may call itself (§7.1.1 gives it no name): nothing special, or what other requests are called.
pub const TYPES: &[&str] = &["jwt", "oauth-authz-req+jwt"];
const LONGEST_MESSAGE: usize = 128;
/// §7.1: "MUST NOT exceed 1024 characters".
const LONGEST_TOKEN: usize = 1_024;
/// §7.1: at least 128 bits: so many characters hold them.
const SHORTEST_TOKEN: usize = 22;
/// No client keeps a person waiting for longer.
const LONGEST_EXPIRY: Duration = Duration::from_secs(3_600);
/// How long a signed request may live: FAPI 1.0 Advanced §5.2.2 (13), as for request objects.
const LONGEST_SIGNED: Duration = Duration::from_secs(3_600);
/// How far the client's clock may be ahead.
const SKEW: Duration = Duration::from_secs(60);
/// What authenticates the client may be beside a signed request: §7.1.1.
const BESIDE: &[&str] = &["request", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// How the client names the person: §7.1, exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint<'a> {
    /// `login_hint`: a user name or an e-mail address.
    Login(&'a str),
    /// `id_token_hint`.
    IdToken(&'a str),
}

/// A request whose parameters fit together.
#[derive(Debug)]
pub struct Request<'a> {
    /// What is asked for.
    pub scope: Scope,
    /// Of whom.
    pub hint: Hint<'a>,
    /// What is shown on both ends.
    pub binding_message: Option<&'a str>,
    /// What a notice to the client is authorized with.
    pub notification_token: Option<&'a str>,
    /// How long it may be answered, if the client says.
    pub requested_expiry: Option<Duration>,
}

/// How the client hears of answers; it polls where it registered nothing.
pub fn delivery(client: &Client) -> Delivery {
    client.metadata.protocol.backchannel_token_delivery_mode.as_deref().and_then(Delivery::parse).unwrap_or(Delivery::Poll)
}

/// One rule a line, in the order of §7.1.
///
/// # Errors
/// §13.
pub fn check<'a>(params: &'a Params, client: &Client) -> Result<Request<'a>, Refusal> {
    if params.get("request_uri").is_some() {
        return Err(OAuthError::invalid_request("Authentication requests by reference are not supported.").about("request_uri").into());
    }
    Ok(Request {
        scope: scope(params, client)?,
        hint: hint(params)?,
        binding_message: binding_message(params)?,
        notification_token: notification_token(params, delivery(client))?,
        requested_expiry: requested_expiry(params)?,
    })
}

/// §7.1: "CIBA authentication requests MUST therefore contain the openid scope value". Others that the client may not have are dropped.
fn scope(params: &Params, client: &Client) -> Result<Scope, Refusal> {
    let asked = Scope::parse(params.require("scope")?)?;
    if !asked.is_openid() {
        return Err(OAuthError::invalid_scope("The openid scope is required.").about("scope").into());
    }
    let allowed = asked.intersect(&client.metadata.scopes);
    if allowed.is_openid() {
        return Ok(allowed);
    }
    Err(OAuthError::invalid_scope("The openid scope is not open to this client.").about("scope").into())
}

/// §7.1: "it is REQUIRED that the Client provides one (and only one) of the hints".
fn hint(params: &Params) -> Result<Hint<'_>, Refusal> {
    match (params.get("login_hint"), params.get("id_token_hint"), params.get("login_hint_token")) {
        (Some(name), None, None) => Ok(Hint::Login(name)),
        (None, Some(token), None) => Ok(Hint::IdToken(token)),
        (None, None, Some(_)) => {
            let error = OAuthError::invalid_request("login_hint_token is not supported; use login_hint or id_token_hint.");
            Err(error.about("login_hint_token").into())
        }
        _ => Err(OAuthError::invalid_request("Exactly one of login_hint and id_token_hint is required.").about("login_hint").into()),
    }
}

/// §7.1, §13: `invalid_binding_message`.
fn binding_message(params: &Params) -> Result<Option<&str>, Refusal> {
    let Some(message) = params.get("binding_message") else { return Ok(None) };
    if message.chars().count() > LONGEST_MESSAGE || !is_readable(message) {
        return Err(OAuthError::invalid_binding_message(
            "The binding message is too long, or has characters that deceive or cannot be seen.",
        )
        .about("binding_message")
        .into());
    }
    Ok(Some(message))
}

/// §7.1: "REQUIRED if the Client is registered to use Ping or Push modes", in the syntax of a bearer token (RFC 6750 §2.1).
fn notification_token(params: &Params, delivery: Delivery) -> Result<Option<&str>, Refusal> {
    if delivery == Delivery::Poll {
        return Ok(None);
    }
    let token = params.require("client_notification_token")?;
    let plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'='));
    if plain && (SHORTEST_TOKEN..=LONGEST_TOKEN).contains(&token.len()) {
        return Ok(Some(token));
    }
    Err(OAuthError::invalid_request("The client_notification_token is too short, too long, or no bearer token.")
        .about("client_notification_token")
        .into())
}

/// §7.1: "a positive integer".
fn requested_expiry(params: &Params) -> Result<Option<Duration>, Refusal> {
    let Some(text) = params.get("requested_expiry") else { return Ok(None) };
    let seconds = text.parse::<u64>().ok().filter(|seconds| *seconds > 0 && !text.starts_with('+'));
    let seconds =
        seconds.ok_or_else(|| OAuthError::invalid_request("requested_expiry is no positive integer.").about("requested_expiry"))?;
    Ok(Some(Duration::from_secs(seconds).min(LONGEST_EXPIRY)))
}

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
    let time = |name: &'static str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_seconds).ok_or(name);
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
            // RFC 9396 §3: in a JWT they are JSON as they are, an array or what is refused for it.
            details if name == "authorization_details" => pairs.push((name.clone(), details.to_string())),
            Value::String(text) => pairs.push((name.clone(), text.clone())),
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
    use crate::spec::testing::client;
    use serde_json::json;

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params::from_pairs(pairs.iter().copied())
    }

    fn ping() -> Client {
        let mut client = client();
        client.metadata.scopes = vec!["openid".to_owned(), "email".to_owned()];
        client.metadata.protocol.backchannel_token_delivery_mode = Some("ping".to_owned());
        client
    }

    #[test]
    fn the_example_of_the_specification_is_read() {
        // CIBA Core §7.1.
        let asked = params(&[
            ("scope", "openid email example-scope"),
            ("client_notification_token", "8d67dc78-7faa-4d41-aabd-67707b374255"),
            ("binding_message", "W4SCT"),
            ("login_hint", "ada"),
            ("requested_expiry", "120"),
        ]);
        let request = check(&asked, &ping()).unwrap();
        assert_eq!((request.scope.to_string().as_str(), request.hint), ("openid email", Hint::Login("ada")));
        assert_eq!(request.requested_expiry, Some(Duration::from_secs(120)));
    }

    #[test]
    fn what_is_missing_or_too_much_is_refused() {
        let good = [("scope", "openid"), ("client_notification_token", "8d67dc78-7faa-4d41-aabd-67707b374255"), ("login_hint", "ada")];
        for (name, value) in [
            ("scope", "email"),
            ("scope", ""),
            ("login_hint", ""),
            ("id_token_hint", "x"),
            ("login_hint_token", "x"),
            ("client_notification_token", "short"),
            ("client_notification_token", "8d67dc78 7faa 4d41 aabd 67707b374255"),
            ("binding_message", &"x".repeat(129)),
            ("requested_expiry", "0"),
            ("requested_expiry", "-1"),
            ("requested_expiry", "ten"),
            ("request_uri", "https://rp.example/r"),
        ] {
            let pairs: Vec<_> = good.iter().copied().filter(|(known, _)| *known != name).chain([(name, value)]).collect();
            assert!(check(&params(&pairs), &ping()).is_err(), "{name}={value}");
        }
    }

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
            json!({ "binding_message": {} }),
            json!({ "resource": [1] }),
        ] {
            assert!(signed(&claims(change.clone()), "c", &us, now).is_err(), "{change}");
        }
    }
}
