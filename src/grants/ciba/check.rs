//! Whether an `auth_req_id` may be redeemed: OpenID CIBA Core §11. Pure.

use super::invalid_id;
use crate::clock::Timestamp;
use crate::model::authentication_request::{AuthenticationRequest, Delivery};
use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};

/// The rules in order: another client learns nothing.
///
/// # Errors
/// `invalid_grant`, `unauthorized_client`, `expired_token`.
pub fn presented_by(request: &AuthenticationRequest, client: &Client, now: Timestamp) -> Result<(), Refusal> {
    if request.client_id != client.client_id {
        return Err(invalid_id().because("the auth_req_id was given to another client"));
    }
    if request.delivery == Delivery::Push {
        return Err(OAuthError::unauthorized_client("The tokens of this request are pushed.").into());
    }
    if request.expires_at <= now {
        let age = now.since(request.expires_at).as_secs();
        return Err(OAuthError::expired_token("The request has expired.").because(format!("it expired {age} s ago")));
    }
    Ok(())
}
