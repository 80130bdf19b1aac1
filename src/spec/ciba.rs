//! Authentication requests over the back channel: OpenID CIBA Core §7.1, §7.1.1, §10.3.1; FAPI-CIBA §5.2.2.

mod signed;

use std::time::Duration;

use crate::model::authentication_request::Delivery;
use crate::model::client::Client;
use crate::spec::authorization_details;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::plain_text::is_readable;
use crate::spec::scope::Scope;

pub use signed::{TYPES, must_sign, nothing_beside, signed};

/// The claim of a pushed ID Token that names its request: §10.3.1.
pub const AUTH_REQ_ID: &str = "urn:openid:params:jwt:claim:auth_req_id";
/// The claim of a pushed ID Token with half a hash of the refresh token: §10.3.1.
pub const REFRESH_TOKEN_HASH: &str = "urn:openid:params:jwt:claim:rt_hash";

/// §7.1: "relatively short and use a limited set of plain text characters".
const LONGEST_MESSAGE: usize = 128;
/// §7.1: "MUST NOT exceed 1024 characters".
const LONGEST_TOKEN: usize = 1_024;
/// §7.1: at least 128 bits: so many characters hold them.
const SHORTEST_TOKEN: usize = 22;
/// No client keeps a person waiting for longer.
const LONGEST_EXPIRY: Duration = Duration::from_secs(3_600);

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
        binding_message: binding_message(params, client)?,
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
///
/// FAPI-CIBA §5.2.2 (2): "shall ensure unique authorization context exists in the authorization request or require a binding_message".
fn binding_message<'a>(params: &'a Params, client: &Client) -> Result<Option<&'a str>, Refusal> {
    let Some(message) = params.get("binding_message") else {
        if client.metadata.profile.is_fapi() && authorization_details::requested(params, client)?.is_empty() {
            let error = OAuthError::invalid_request("A binding_message or authorization_details must say what the request is for.");
            return Err(error.about("binding_message").into());
        }
        return Ok(None);
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;

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
    fn a_client_of_fapi_says_what_the_person_is_asked_for() {
        use crate::model::client::Profile;
        let asked = [("scope", "openid"), ("client_notification_token", "8d67dc78-7faa-4d41-aabd-67707b374255"), ("login_hint", "ada")];
        let mut client = ping();
        assert!(check(&params(&asked), &client).is_ok());
        for profile in [Profile::Fapi1, Profile::Fapi2] {
            client.metadata.profile = profile;
            assert!(check(&params(&asked), &client).is_err());
            client.metadata.protocol.authorization_details_types = vec!["payment".to_owned()];
            for (says, enough) in [
                (("binding_message", "W4SCT"), true),
                (("authorization_details", r#"[{"type":"payment"}]"#), true),
                (("authorization_details", "[]"), false),
            ] {
                let pairs: Vec<_> = asked.iter().copied().chain([says]).collect();
                assert_eq!(check(&params(&pairs), &client).is_ok(), enough, "{says:?}");
            }
        }
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
}
