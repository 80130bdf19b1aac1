//! Token introspection: RFC 7662.

pub mod http;

use crate::app::App;
use crate::client_auth::{self, AuthenticatedClient, Credentials, Presented};
use crate::endpoints::presented;
use crate::failure::Failure;
use crate::secret::TokenHash;
use crate::spec::access_token::{Holder, OpaqueClaims};
use crate::spec::error::OAuthError;
use crate::spec::introspection::Introspection;
use crate::spec::params::Params;

/// RFC 7662 §2: who asks, about what, and may they know.
///
/// # Errors
/// `invalid_client` for anybody without credentials (RFC 7662 §2.3); an unknown token is an inactive one, never an error (§2.2).
pub async fn introspect(app: &App, body: &str, credentials: &Credentials) -> Result<Introspection, Failure> {
    let params = Params::parse(body)?;
    let client = client_auth::authenticate(app, &Presented { credentials, params: &params }).await?;
    if client.is_public() {
        return Err(OAuthError::invalid_client("Client authentication failed.").because("public clients may not introspect").into());
    }
    let token = params.require("token")?; // RFC 7662 §2.1
    if presented::looks_like_refresh_token(token) {
        return refresh_token(app, &client, token).await;
    }
    let keys = app.keys.current();
    match presented::access_token(token, &app.sealer, &keys.set, (app.issuer.as_str(), app.now())) {
        Some(facts) if may_know(app, &client, &facts).await? && lives(app, &facts).await? => access_token(app, &facts).await,
        _ => Ok(Introspection::inactive()),
    }
}

/// The client that the token was issued to, and those that its resources name.
async fn may_know(app: &App, client: &AuthenticatedClient, facts: &OpaqueClaims) -> Result<bool, Failure> {
    if facts.client_id == client.client_id {
        return Ok(true);
    }
    for uri in &facts.audience {
        if let Some(resource) = app.resource(uri).await?
            && resource.introspection_clients.contains(&client.client_id)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everything that can end a token before its time.
async fn lives(app: &App, facts: &OpaqueClaims) -> Result<bool, Failure> {
    let issued_to = app.client(&facts.client_id).await?;
    if !issued_to.is_some_and(|client| client.enabled) {
        return Ok(false);
    }
    match &facts.holder {
        Holder::Client => Ok(!app.token_is_revoked(&facts.jti).await?),
        Holder::User { subject, grant_id } => {
            let grant_lives = app.grant(*grant_id).await?.is_some_and(|grant| grant.revoked_at.is_none());
            Ok(grant_lives && app.user(subject).await?.is_some_and(|user| user.is_active()))
        }
    }
}

async fn access_token(app: &App, facts: &OpaqueClaims) -> Result<Introspection, Failure> {
    let username = match &facts.holder {
        Holder::Client => None,
        Holder::User { subject, .. } => app.user(subject).await?.map(|user| user.username.clone()),
    };
    let answer = Introspection {
        scope: Some(facts.scope.clone()).filter(|scope| !scope.is_empty()),
        client_id: Some(facts.client_id.clone()),
        username,
        token_type: Some("Bearer"),
        sub: Some(facts.subject().to_owned()),
        iss: Some(app.issuer.as_str().to_owned()),
        jti: Some(facts.jti.clone()),
        ..Introspection::active(facts.issued_at, facts.expires_at)
    };
    Ok(answer.with_audience(&facts.audience))
}

/// A refresh token is only its own client's business.
async fn refresh_token(app: &App, client: &AuthenticatedClient, token: &str) -> Result<Introspection, Failure> {
    let now = app.now();
    let Some((token, grant)) = app.sql.refresh_token(&TokenHash::of(token)).await? else { return Ok(Introspection::inactive()) };
    let expires_at = token.expires_at.min(token.absolute_expires_at);
    let lives = grant.client_id == client.client_id
        && grant.revoked_at.is_none()
        && token.rotated_at.is_none()
        && now < expires_at
        && app.user(&grant.subject).await?.is_some_and(|user| user.is_active());
    if !lives {
        return Ok(Introspection::inactive());
    }
    Ok(Introspection {
        scope: Some(grant.scopes.join(" ")),
        client_id: Some(grant.client_id),
        sub: Some(grant.subject),
        iss: Some(app.issuer.as_str().to_owned()),
        ..Introspection::active(token.issued_at, expires_at)
    })
}
