//! What a logout request says: OIDC RP-Initiated Logout §2. Pure.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::jose::keys::KeySet;
use crate::jose::verify::{self, Expect, Typ};
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;

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
    /// `sub`.
    pub subject: String,
    /// `sid`.
    pub sid: String,
    /// `aud`: the client it was issued to.
    pub client_id: String,
}

/// §2: the hint must be one of ours; an expired one is accepted, since people sign out late.
///
/// # Errors
/// `invalid_request` for a hint that we did not sign.
pub fn hint(params: &Params, keys: &KeySet, (issuer, now): (&str, Timestamp)) -> Result<Option<Hint>, Refusal> {
    let Some(token) = params.get("id_token_hint") else { return Ok(None) };
    const INVALID: OAuthError = OAuthError::invalid_request("The id_token_hint is not valid.").about("id_token_hint");
    let claims = verify::verify(keys, token, &Expect { issuer, typ: Typ::IdToken, check_expiry: false, now })
        .map_err(|error| INVALID.because(error.to_string()))?;
    let text = |name: &str| claims.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    match (text("sub"), text("sid"), text("aud")) {
        (Some(subject), Some(sid), Some(client_id)) => Ok(Some(Hint { subject, sid, client_id })),
        _ => Err(INVALID.because("the hint lacks sub, sid or aud")),
    }
}

/// §2: with both, `client_id` must be the one that the hint was issued to.
///
/// # Errors
/// `invalid_request`.
pub fn client_id(params: &Params, hint: Option<&Hint>) -> Result<Option<String>, Refusal> {
    match (params.get("client_id"), hint) {
        (Some(named), Some(hint)) if named != hint.client_id => {
            Err(OAuthError::invalid_request("The client_id is not the one that the id_token_hint was issued to.").about("client_id").into())
        }
        (Some(named), _) => Ok(Some(named.to_owned())),
        (None, hint) => Ok(hint.map(|hint| hint.client_id.clone())),
    }
}
