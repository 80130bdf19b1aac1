//! `id_token_hint`: OIDC Core §3.1.2.1, RP-Initiated Logout §2, CIBA Core §7.1. Whom it names is for the endpoint to judge.

use serde_json::{Map, Value};

use crate::app::App;
use crate::endpoints::presented::{self, NoIdToken};
use crate::jose::Expiry;
use crate::spec::error::{OAuthError, Refusal};

const INVALID: OAuthError = OAuthError::invalid_request("The id_token_hint is not valid.").about("id_token_hint");
const FOREIGN: OAuthError =
    OAuthError::invalid_request("The id_token_hint is encrypted, but not to a key of the provider; decrypt it before it is sent.")
        .about("id_token_hint");

/// The claims of an ID Token of ours; an expired one still hints.
///
/// # Errors
/// `invalid_request`.
pub fn claims(app: &App, hint: &str) -> Result<Map<String, Value>, Refusal> {
    presented::id_token(app, hint, Expiry::Overlooked).map_err(|why| match why {
        NoIdToken::Foreign(error) => FOREIGN.because(error.to_string()),
        NoIdToken::Invalid(error) => INVALID.because(error.to_string()),
    })
}
