//! Whether a code may be redeemed by this request: RFC 6749 §4.1.3. Pure.

use super::invalid_code;
use crate::clock::Timestamp;
use crate::model::authorization_code::AuthorizationCode;
use crate::model::client::Client;
use crate::model::confirmation::Confirmation;
use crate::spec::error::Refusal;
use crate::spec::params::Params;
use crate::spec::pkce;

/// Every rule on its own line, so that none can hide another.
///
/// # Errors
/// `invalid_grant`, always with the same sentence.
pub fn redeemable(
    code: &AuthorizationCode,
    client: &Client,
    params: &Params,
    (now, shown): (Timestamp, &Confirmation),
) -> Result<(), Refusal> {
    issued_to(code, client)?;
    not_expired(code, now)?;
    same_redirect_uri(code, params)?;
    same_key(code, shown)?;
    pkce::verify(code.code_challenge.as_deref(), params.get("code_verifier")) // RFC 7636 §4.6, RFC 9700 §2.1.1
}

/// RFC 6749 §4.1.3: "ensure that the authorization code was issued to the authenticated confidential client".
fn issued_to(code: &AuthorizationCode, client: &Client) -> Result<(), Refusal> {
    if code.grant.client_id == client.client_id {
        return Ok(());
    }
    Err(invalid_code().because("the code was issued to another client"))
}

/// RFC 9449 §10: a code that was asked for with `dpop_jkt` is for the holder of that key.
fn same_key(code: &AuthorizationCode, shown: &Confirmation) -> Result<(), Refusal> {
    if code.dpop_jkt.is_none() || code.dpop_jkt == shown.jkt {
        return Ok(());
    }
    Err(invalid_code().because("the code is bound to another DPoP key"))
}

fn not_expired(code: &AuthorizationCode, now: Timestamp) -> Result<(), Refusal> {
    if now < code.expires_at {
        return Ok(());
    }
    Err(invalid_code().because(format!("the code expired {} s ago", now.since(code.expires_at).as_secs())))
}

/// RFC 6749 §4.1.3: "ensure that the redirect_uri parameter is present […] and that their values are identical".
fn same_redirect_uri(code: &AuthorizationCode, params: &Params) -> Result<(), Refusal> {
    match params.get("redirect_uri") {
        Some(presented) if presented == code.redirect_uri => Ok(()),
        Some(_) => Err(invalid_code().because("the redirect_uri differs from the one of the authorization request")),
        None => Err(invalid_code().because("the redirect_uri of the authorization request is not repeated")),
    }
}
