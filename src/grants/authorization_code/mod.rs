//! The authorization code grant: RFC 6749 §4.1.3.

mod check;
pub mod code;

use std::time::Duration;

use uuid::Uuid;

use super::{Answer, Exchange, GrantType, open, replay};
use crate::endpoints::possession::UsedUp;
use crate::endpoints::token;
use crate::endpoints::token::issue::{self, Mint, TokenResponse};
use crate::failure::Failure;
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::model::user::User;
use crate::secret::{Secret, TokenHash};
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::grant_type::{AUTHORIZATION_CODE, Registered};
use crate::spec::resource::Targets;
use crate::store::StoreError;
use crate::store::kv::codes::{self, Claimed, Loaded};
use crate::store::sql::{Occasion, Redemption};

/// How often a replay looks whether the redemption before it has been saved, and how long it waits in between, longer each time: three
/// seconds in all. A redemption that takes longer finds itself revoked.
const LOOKS: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(320);

/// `authorization_code`.
#[derive(Debug)]
pub struct AuthorizationCodeGrant;

impl GrantType for AuthorizationCodeGrant {
    fn registered(&self) -> Registered {
        AUTHORIZATION_CODE
    }

    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a> {
        Box::pin(redeem(exchange))
    }
}

/// The one sentence for every refusal, so that nobody learns whether a code exists.
pub(super) const fn invalid_code() -> OAuthError {
    OAuthError::invalid_grant("The authorization code is not valid for this request.")
}

/// A wrong client, verifier or redirect URI never burns a code: everything is checked on the loaded copy, and only then is it claimed.
async fn redeem(exchange: Exchange<'_>) -> Result<TokenResponse, Failure> {
    let Exchange { app, client, params, now, .. } = &exchange;
    let presented = params.require("code")?; // RFC 6749 §4.1.3
    let hash = TokenHash::of(presented);
    let code = match codes::load(&app.kv, &hash).await? {
        Loaded::Unknown => return Err(invalid_code().because("unknown or long expired code").into()),
        Loaded::Used(by) if by == client.client_id => return Err(replayed(&exchange, presented).await),
        Loaded::Used(_) => return Err(invalid_code().because("a used code of another client").into()),
        Loaded::Live(code) => code,
    };
    check::redeemable(&code, client, params, (*now, exchange.confirmation))?; // RFC 6749 §4.1.3, RFC 7636 §4.6
    let open = open::approval(&code.grant, code.refreshable, client); // RFC 6749 §3.3
    let resources = token::requested_resources(app, client, params, &open.grant.resources).await?; // RFC 8707 §2.2
    let detailed = token::with_requested_details(app, &open.grant, client, params).await?; // RFC 9396 §6
    let user = token::active_user(app, &open.grant.subject).await?;
    let used_up = exchange.use_up_proof().await?; // RFC 9449 §11.1
    let code = match codes::claim(&app.kv, &hash, &client.client_id).await? {
        Claimed::Live(code) => code,
        Claimed::Replayed => return Err(replayed(&exchange, presented).await),
        Claimed::Unknown => return Err(invalid_code().because("the code expired while it was checked").into()),
    };
    let refresh = open.refreshable.then(|| Mint::of(&exchange, used_up).first_refresh_token(open.grant.id));
    let occasion = if code.beside_token { Occasion::CodeBesideToken } else { Occasion::Redemption };
    save(&exchange, (occasion, &open.grant), refresh.as_ref().map(|(_, stored)| stored)).await?;
    let beside = Beside { refresh_token: refresh.map(|(token, _)| token), nonce: code.nonce };
    answer(&exchange, used_up, (&user, &open.grant, &detailed), &resources, beside).await
}

/// The approval becomes durable together with its refresh token, unless a replay or a logout came first.
async fn save(exchange: &Exchange<'_>, (occasion, grant): (Occasion, &Grant), refresh: Option<&RefreshToken>) -> Result<(), Failure> {
    match exchange.app.sql.redeem_grant_on(occasion, grant, refresh, exchange.now).await? {
        Redemption::Saved => Ok(()),
        // The short-lived store had forgotten it, as when Redis fails over; SQL has not.
        Redemption::Replayed => Err(replay::revoke(exchange, grant.id, was_used()).await),
        Redemption::Revoked => Err(invalid_code().because("the grant was revoked by a replay of its code").into()),
        Redemption::SessionEnded => {
            Err(invalid_code().because("the session of this code has ended, or what was approved was taken back").into())
        }
    }
}

/// What is in the answer besides the access token.
struct Beside {
    refresh_token: Option<Secret<String>>,
    nonce: Option<String>,
}

/// `detailed` is the grant with the details that this request wants.
async fn answer(
    exchange: &Exchange<'_>,
    used_up: UsedUp,
    (user, grant, detailed): (&User, &Grant, &Grant),
    resources: &Targets,
    beside: Beside,
) -> Result<TokenResponse, Failure> {
    let mint = Mint::of(exchange, used_up);
    let access_token = mint.access_token_of_user(user, detailed, &grant.scopes, resources).await?;
    let id_token = mint.id_token(user, grant, issue::Beside::access_token(&access_token), beside.nonce.as_deref()).await?;
    Ok(TokenResponse::new(access_token, &grant.scopes).with_refresh_token(beside.refresh_token).with_id_token(id_token))
}

fn was_used() -> Refusal {
    invalid_code().because("the code was used before; what it gave is revoked")
}

/// The code names its grant, so this works although its payload is gone; only its own client can do it.
async fn replayed(exchange: &Exchange<'_>, presented: &str) -> Failure {
    let refusal = was_used();
    let Some(grant_id) = code::grant_id(presented) else { return refusal.into() };
    if let Err(error) = first_is_done(exchange, grant_id).await {
        return error.into();
    }
    replay::revoke(exchange, grant_id, refusal).await
}

/// Whoever was first may be about to save the grant: a replay a moment later does not take its answer away, only what the answer gave.
async fn first_is_done(exchange: &Exchange<'_>, grant_id: Uuid) -> Result<(), StoreError> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..LOOKS {
        // The mark of an earlier replay is an answer too.
        if exchange.app.sql.grant_is_known(grant_id).await? {
            return Ok(());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(())
}
