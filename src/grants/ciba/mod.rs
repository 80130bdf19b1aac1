//! The CIBA grant: OpenID Client-Initiated Backchannel Authentication Core §10.1, §11.

mod check;

use super::approval::{self, Claim};
use super::{Answer, Exchange, GrantType};
use crate::endpoints::token::issue::TokenResponse;
use crate::failure::Failure;
use crate::model::authentication_request::{AuthenticationRequest, State};
use crate::secret::TokenHash;
use crate::spec::error::OAuthError;
use crate::spec::grant_type::{CIBA, Registered};

/// `urn:openid:params:grant-type:ciba`.
#[derive(Debug)]
pub struct CibaGrant;

impl GrantType for CibaGrant {
    fn registered(&self) -> Registered {
        CIBA
    }

    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a> {
        Box::pin(redeem(exchange))
    }
}

/// The one sentence for every refusal, so that nobody learns whether a request exists.
pub(super) const fn invalid_id() -> OAuthError {
    OAuthError::invalid_grant("The auth_req_id is not valid for this request.")
}

/// Load, check owner and time, look for the answer, and only then claim it: in one step with the grant, so that no failure loses a yes.
async fn redeem(exchange: Exchange<'_>) -> Result<TokenResponse, Failure> {
    let Exchange { app, client, params, now, .. } = &exchange;
    let hash = TokenHash::of(params.require("auth_req_id")?); // CIBA Core §10.1
    let request = app.sql.authentication_request(&hash).await?;
    let request = request.ok_or_else(|| invalid_id().because("unknown or long expired auth_req_id"))?;
    check::presented_by(&request, client, *now)?; // CIBA Core §11
    let approved = match (request.state, &request.approval) {
        (State::Pending, _) => return Err(pending(&exchange, &request).await),
        (State::Denied, _) => return Err(OAuthError::access_denied("The person did not agree.").into()),
        (State::Approved, Some(approved)) => approved,
        _ => return Err(invalid_id().because("the auth_req_id was redeemed before").into()),
    };
    let checked = approval::check(&exchange, &approved.grant).await?;
    let used_up = exchange.use_up_proof().await?; // RFC 9449 §11.1
    approval::redeem(&exchange, approved, (checked, used_up), (Claim::WithRequest(request.id), invalid_id())).await
}

/// CIBA Core §11: `authorization_pending`, or `slow_down` for who asks too often.
async fn pending(exchange: &Exchange<'_>, request: &AuthenticationRequest) -> Failure {
    let (polling, too_early) = request.polling.asked(exchange.now);
    if let Err(error) = exchange.app.sql.save_polling(request.id, polling).await {
        return error.into();
    }
    approval::pending(polling, too_early).into()
}
