//! `id_token_hint`: OIDC Core §3.1.2.1, RP-Initiated Logout §2, CIBA Core §7.1. Whom it names is for the endpoint to judge.

use serde_json::{Map, Value};

use crate::app::App;
use crate::jose::verify::{self, Expect, Typ};
use crate::jose::{JoseError, jwe};
use crate::spec::error::{OAuthError, Refusal};

const INVALID: OAuthError = OAuthError::invalid_request("The id_token_hint is not valid.").about("id_token_hint");
const FOREIGN: OAuthError =
    OAuthError::invalid_request("The id_token_hint is encrypted, but not to a key of the provider; decrypt it before it is sent.")
        .about("id_token_hint");

/// The claims of an ID Token of ours; an expired one still hints.
///
/// OIDC Core §3.1.2.1: of an encrypted ID Token the client "MUST decrypt the signed ID Token contained within", which it "MAY re-encrypt
/// […] to the Authentication Server". What is encrypted to somebody else, the client itself say, tells authy nothing.
///
/// # Errors
/// `invalid_request`.
pub fn claims(app: &App, hint: &str) -> Result<Map<String, Value>, Refusal> {
    let (keys, now) = (app.keys.current(), app.now());
    let opened = match jwe::is_encrypted(hint) {
        true => Some(keys.set.decrypt(hint, (now, app.entropy.as_ref())).map_err(|error| match error {
            JoseError::Malformed(_) => INVALID.because(error.to_string()),
            _ => FOREIGN.because(error.to_string()),
        })?),
        false => None,
    };
    let signed = opened.as_ref().map_or(hint, |signed| signed.expose().as_str());
    let expect = Expect { issuer: app.issuer.as_str(), typ: Typ::IdToken, check_expiry: false, now };
    verify::verify(&keys.set, signed, expect).map_err(|error| INVALID.because(error.to_string()))
}
