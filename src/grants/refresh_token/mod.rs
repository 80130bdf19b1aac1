//! The refresh token grant: RFC 6749 §6, with rotation by RFC 9700 §4.14.

mod check;
pub mod successor;

use serde_json::json;

use self::check::Standing;
pub use self::check::{is_given, still_open};
use super::{Answer, Exchange, GrantType};
use crate::accounts::session;
use crate::endpoints::possession::UsedUp;
use crate::endpoints::token;
use crate::endpoints::token::issue::{self, Beside, Mint, TokenResponse};
use crate::failure::Failure;
use crate::model::client::{Client, Profile};
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::model::user::User;
use crate::secret::{Secret, TokenHash};
use crate::spec::error::OAuthError;
use crate::spec::grant_type::{REFRESH_TOKEN, Registered};
use crate::spec::resource::Targets;
use crate::spec::scope::OFFLINE_ACCESS;
use crate::store::sql::{Renewal, Rotation};
use crate::telemetry::audit;

/// `refresh_token`.
#[derive(Debug)]
pub struct RefreshTokenGrant;

impl GrantType for RefreshTokenGrant {
    fn registered(&self) -> Registered {
        REFRESH_TOKEN
    }

    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a> {
        Box::pin(refresh(exchange))
    }
}

/// The one sentence for every refusal.
pub(super) const fn invalid_token() -> OAuthError {
    OAuthError::invalid_grant("The refresh token is not valid for this request.")
}

async fn refresh(exchange: Exchange<'_>) -> Result<TokenResponse, Failure> {
    let Exchange { app, client, params, now, .. } = &exchange;
    let presented = Secret::new(params.require("refresh_token")?.to_owned()); // RFC 6749 §6
    if let Some((used_up, grant, next)) = renew(&exchange, &presented).await? {
        let user = token::active_user(app, &grant.subject).await?;
        let scope = check::still_open(&grant, client)?;
        let details = token::open_details(app, client, &grant.authorization_details).await?;
        let grant = grant.detailed_as(details);
        return answer(&exchange, used_up, (&user, &grant), (&scope, &Targets::default()), next).await;
    }
    let hash = TokenHash::of(presented.expose());
    let (stored, grant) = app.sql.refresh_token(&hash).await?.ok_or_else(|| invalid_token().because("unknown refresh token"))?;
    let grace = app.settings.lifetimes.refresh_grace;
    let standing = check::usable(&stored, &grant, client, (*now, grace))?;
    // Before a reuse ends the family: whoever lacks the keys holds nothing that could have been used.
    check::holds_its_keys(&stored, exchange.confirmation)?; // RFC 9449 §5, RFC 8705 §4
    if matches!(standing, Standing::Reused) {
        return Err(reused(&exchange, &grant).await);
    }
    let scope = check::narrowed_scope(params, &check::still_open(&grant, client)?)?; // RFC 6749 §6
    let resources = token::requested_resources(app, client, params, &grant.resources).await?; // RFC 8707 §2.2
    let detailed = token::with_requested_details(app, &grant, client, params).await?; // RFC 9396 §7.1
    let user = token::active_user(app, &grant.subject).await?;
    session_lives(&exchange, &grant).await?;
    let used_up = exchange.use_up_proof().await?; // RFC 9449 §11.1
    let next = advance(&exchange, &presented, &stored, standing).await?;

    answer(&exchange, used_up, (&user, &detailed), (&scope, &resources), next).await
}

/// The ordinary refresh in one step: the newest token of a live family, from its client, for all that was granted. Whatever is not so
/// simple, or not right, changes nothing here, and is looked at rule by rule.
async fn renew(exchange: &Exchange<'_>, presented: &Secret<String>) -> Result<Option<(UsedUp, Grant, Secret<String>)>, Failure> {
    let Exchange { app, client, params, now, .. } = exchange;
    let narrows = ["scope", "resource", "authorization_details"].iter().any(|name| params.all(name).next().is_some());
    // A proof is used up once everything else is checked, and before the token rotates: those are two steps.
    let binds = client.is_public() && !exchange.confirmation.is_none() || exchange.proof.is_some();
    // Who may not stay connected any more is refused by the rules, before anything is rotated.
    if narrows || binds || !rotates(client) || !client.metadata.scopes.iter().any(|scope| scope == OFFLINE_ACCESS) {
        return Ok(None);
    }
    let successor = successor::of(&app.sealer, presented);
    let renewal = Renewal {
        hash: TokenHash::of(presented.expose()),
        successor: TokenHash::of(successor.expose()),
        client_id: client.client_id.clone(),
        expires_at: issue::refresh_token_end(app, client, *now),
        seen_since: *now - app.settings.lifetimes.session_idle,
        now: *now,
    };
    let used_up = exchange.use_up_proof().await?; // there is none
    Ok(app.sql.renew_refresh_token(&renewal).await?.map(|grant| (used_up, grant, successor)))
}

/// `grant` has the authorization details that this request wants.
async fn answer(
    exchange: &Exchange<'_>,
    used_up: UsedUp,
    (user, grant): (&User, &Grant),
    (scope, resources): (&[String], &Targets),
    next: Secret<String>,
) -> Result<TokenResponse, Failure> {
    let mint = Mint::of(exchange, used_up);
    let access_token = mint.access_token_of_user(user, grant, scope, resources).await?;
    let id_token = mint.id_token(user, &grant.narrowed_to(scope), Beside::access_token(&access_token), None).await?; // OIDC Core §12.2
    Ok(TokenResponse::new(access_token, scope).with_refresh_token(Some(next)).with_id_token(id_token))
}

/// Without `offline_access` the grant ends with its browser session, whether by logout or by time.
async fn session_lives(exchange: &Exchange<'_>, grant: &Grant) -> Result<(), Failure> {
    if grant.offline {
        return Ok(());
    }
    let found = exchange.app.sql.session_by_id(grant.session_id).await?;
    let lifetimes = &exchange.app.settings.lifetimes;
    match found {
        Some(found) if session::check::is_live(&found, exchange.now, lifetimes.session_idle) => Ok(()),
        _ => Err(invalid_token().because("the session of this grant has ended").into()),
    }
}

/// Public clients always; FAPI 2.0 Security Profile §5.3.2.1: "shall not use refresh token rotation".
fn rotates(client: &Client) -> bool {
    client.is_public() || (client.metadata.refresh_rotation && client.metadata.profile != Profile::Fapi2)
}

/// Rotates, or gives the same successor again within the grace window, or lets the token live on where the client does not rotate.
async fn advance(
    exchange: &Exchange<'_>,
    presented: &Secret<String>,
    token: &RefreshToken,
    standing: Standing,
) -> Result<Secret<String>, Failure> {
    let Exchange { app, client, now, .. } = exchange;
    let expires_at = issue::refresh_token_end(app, client, *now).min(token.absolute_expires_at);
    if !rotates(client) {
        app.sql.slide_refresh_token(&token.hash, expires_at).await?;
        return Ok(presented.clone());
    }
    let successor = successor::of(&app.sealer, presented);
    if matches!(standing, Standing::InGrace) {
        return Ok(successor);
    }
    let stored = RefreshToken {
        hash: TokenHash::of(successor.expose()),
        grant_id: token.grant_id,
        generation: token.generation.saturating_add(1),
        issued_at: *now,
        expires_at,
        absolute_expires_at: token.absolute_expires_at,
        rotated_at: None,
        confirmation: check::binds_next(token, client, exchange.confirmation),
    };
    match app.sql.rotate_refresh_token(&token.hash, &stored, *now).await? {
        // The loser of a race stands within the grace window of the winner by definition: it gets the same successor.
        Rotation::Rotated | Rotation::AlreadyRotated => Ok(successor),
        Rotation::GrantRevoked => Err(invalid_token().because("the grant was revoked while it was refreshed").into()),
    }
}

/// RFC 9700 §4.14.2: reuse after the grace window means that a stranger holds a token of this family; the family dies.
async fn reused(exchange: &Exchange<'_>, grant: &Grant) -> Failure {
    let Exchange { app, client, now, .. } = exchange;
    let event = audit::event(app.entropy.as_ref(), *now, audit::REFRESH_REUSE, audit::Actor::System)
        .subject(&grant.subject)
        .client(&client.client_id)
        .detail(json!({ "grant": grant.id }))
        .build();
    match app.sql.revoke_family(grant.id, *now, &event).await {
        Ok(_) => {
            app.forget_grant(grant.id);
            invalid_token().because("a rotated refresh token was used again; its family is revoked").into()
        }
        Err(error) => error.into(),
    }
}
