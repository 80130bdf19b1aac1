//! What a logout request says: OIDC RP-Initiated Logout §2. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::logout;

/// A logout that waits for a confirmation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// Who asked, if known.
    pub client_id: Option<String>,
    /// The proven return address, with `state`.
    pub return_to: Option<String>,
    /// The session that the hint names.
    pub sid: Option<String>,
    /// When.
    pub asked_at: Timestamp,
}

/// What a verified `id_token_hint` says.
#[derive(Debug)]
pub struct Hint {
    /// `sid`; ID Tokens of FAPI clients without logout addresses have none.
    pub sid: Option<String>,
    /// `sub`, as the client knows the person.
    pub subject: String,
    /// `aud`: the client it was issued to.
    pub client_id: String,
}

/// §2: which session or person the hint means, and to whom it was given.
///
/// # Errors
/// `invalid_request` for a JWT that is no ID Token.
pub fn hint(claims: &Map<String, Value>) -> Result<Hint, Refusal> {
    const INVALID: OAuthError = OAuthError::invalid_request("The id_token_hint is not valid.").about("id_token_hint");
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    match (text("sub"), text("aud")) {
        (Some(subject), Some(client_id)) => Ok(Hint { sid: text("sid"), subject, client_id }),
        _ => Err(INVALID.because("the hint lacks sub or aud")),
    }
}

/// §2: with both, `client_id` must be the one that the hint was issued to.
///
/// # Errors
/// `invalid_request`.
pub fn client_id(asked: &logout::LogoutRequest, hint: Option<&Hint>) -> Result<Option<String>, Refusal> {
    match (asked.client_id.as_deref(), hint) {
        (Some(named), Some(hint)) if named != hint.client_id => {
            Err(OAuthError::invalid_request("The client_id is not the one that the id_token_hint was issued to.").about("client_id").into())
        }
        (Some(named), _) => Ok(Some(named.to_owned())),
        (None, hint) => Ok(hint.map(|hint| hint.client_id.clone())),
    }
}

/// §3: a return address counts only for a client that is known and has registered it.
///
/// # Errors
/// `invalid_request`, shown to the person: nobody is redirected.
pub fn return_to(asked: &logout::LogoutRequest, client: Option<&Client>) -> Result<Option<String>, Refusal> {
    match client {
        Some(client) => Ok(asked.return_to(client)?.map(|place| place.url())),
        None if asked.post_logout_redirect_uri.is_some() => {
            const UNKNOWN: OAuthError =
                OAuthError::invalid_request("The request does not say which application it comes from.").about("id_token_hint");
            Err(UNKNOWN.because("a post_logout_redirect_uri without an id_token_hint or a known client_id"))
        }
        None => Ok(None),
    }
}
