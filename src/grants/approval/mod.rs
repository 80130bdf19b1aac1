//! Tokens for an approval that a person gave away from the client: what device authorization and CIBA have in common.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::{Exchange, open, replay};
use crate::endpoints::possession::UsedUp;
use crate::endpoints::token;
use crate::endpoints::token::issue::{Beside, Mint, TokenResponse};
use crate::failure::Failure;
use crate::model::approval::Approval;
use crate::model::grant::Grant;
use crate::model::user::User;
use crate::spec::device::Polling;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::resource::Targets;
use crate::store::sql::Redemption;

/// What was checked before the approval is claimed, so that a request which fails a check never uses it up.
#[derive(Debug)]
pub struct Checked {
    resources: Targets,
    details: Vec<Value>,
    user: Arc<User>,
}

/// How the approval is taken, so that it is redeemed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It was, from the short-lived store.
    Made,
    /// It stands in a request in SQL: taken in the transaction that makes its grant durable.
    WithRequest(Uuid),
}

/// RFC 8707 §2.2 for the resources, RFC 9396 §6 for the details, and the person must still be allowed in.
///
/// # Errors
/// `invalid_target`, `invalid_authorization_details`, `invalid_grant`.
pub async fn check(exchange: &Exchange<'_>, grant: &Grant) -> Result<Checked, Failure> {
    let Exchange { app, client, params, .. } = exchange;
    let resources = token::requested_resources(app, client, params, &grant.resources).await?;
    let details = token::requested_details(app, client, params, &grant.authorization_details).await?;
    let user = token::active_user(app, &grant.subject).await?;
    Ok(Checked { resources, details, user })
}

/// Makes the tokens, which are worth nothing yet, and then the approval durable: what cannot be signed or encrypted now takes nothing away.
/// `refused` is the sentence for a grant that ended meanwhile.
///
/// # Errors
/// `invalid_grant` when the session of the approval has ended, or another request was first.
pub async fn redeem(
    exchange: &Exchange<'_>,
    approval: &Approval,
    (checked, used_up): (Checked, UsedUp),
    (claim, refused): (Claim, OAuthError),
) -> Result<TokenResponse, Failure> {
    let Exchange { app, now, .. } = exchange;
    let open = open::approval(&approval.grant, approval.refreshable, exchange.client); // RFC 6749 §3.3
    let grant = &open.grant;
    let mint = Mint::of(exchange, used_up);
    let detailed = grant.clone().detailed_as(checked.details);
    let access_token = mint.access_token_of_user(&checked.user, &detailed, &grant.scopes, &checked.resources).await?;
    let id_token = mint.id_token(&checked.user, grant, Beside::access_token(&access_token), None).await?;
    let refresh = open.refreshable.then(|| mint.first_refresh_token(grant.id));
    let stored = refresh.as_ref().map(|(_, stored)| stored);
    let redemption = match claim {
        Claim::Made => Some(app.sql.redeem_grant(grant, stored, *now).await?),
        Claim::WithRequest(id) => app.sql.redeem_authentication_request(id, grant, stored, *now, None).await?,
    };
    match redemption {
        Some(Redemption::Saved) => {}
        None => return Err(refused.because("another request redeemed it first").into()),
        // The short-lived store had forgotten that the code was used; SQL has not.
        Some(Redemption::Replayed) => {
            return Err(replay::revoke(exchange, grant.id, refused.because("it was redeemed before; what it gave is revoked")).await);
        }
        Some(Redemption::Revoked) => return Err(refused.because("the grant was revoked before it was saved").into()),
        Some(Redemption::SessionEnded) => {
            return Err(refused.because("the session of the approval has ended, or it was taken back").into());
        }
    }
    let refresh_token = refresh.map(|(token, _)| token);
    Ok(TokenResponse::new(access_token, &grant.scopes).with_refresh_token(refresh_token).with_id_token(id_token))
}

/// RFC 8628 §3.5, CIBA Core §11: `authorization_pending`, or `slow_down` for who asks too often.
pub fn pending(polling: Polling, too_early: bool) -> Refusal {
    if too_early {
        return OAuthError::slow_down("The client asks too often; it must wait five seconds longer each time.")
            .because(format!("the interval is now {} s", polling.interval));
    }
    OAuthError::authorization_pending("Nobody has answered yet.").into()
}
