//! Token revocation: RFC 7009.

pub mod http;

use uuid::Uuid;

use crate::app::App;
use crate::client_auth::{self, AuthenticatedClient, Credentials, Presented};
use crate::endpoints::presented;
use crate::failure::Failure;
use crate::model::audit::AuditEvent;
use crate::secret::TokenHash;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::telemetry::audit;

/// RFC 7009 §2.1; `client_id` tells who asked, once that is proven. Revoking a token of a user revokes its grant, and with it everything the grant gave.
///
/// # Errors
/// RFC 7009 §2.2.1; an unknown token is no error (§2.2).
pub async fn revoke(app: &App, body: &str, credentials: &Credentials, client_id: &mut Option<String>) -> Result<(), Failure> {
    let params = Params::parse(body)?;
    let client = client_auth::authenticate(app, &Presented { credentials, params: &params }).await?;
    *client_id = Some(client.client_id.clone());
    let token = params.require("token")?;
    if presented::looks_like_refresh_token(token) {
        let Some((_, grant)) = app.sql.refresh_token(&TokenHash::of(token)).await? else { return Ok(()) };
        issued_to(&client, &grant.client_id)?;
        return revoke_grant(app, &client, grant.id).await;
    }
    let keys = app.keys.current();
    let Some(facts) = presented::access_token(token, &app.sealer, &keys.set, (app.issuer.as_str(), app.now())) else { return Ok(()) };
    issued_to(&client, &facts.client_id)?;
    match facts.grant_id() {
        Some(grant_id) if !is_delegated(app, &client, grant_id).await? => revoke_grant(app, &client, grant_id).await,
        _ => {
            // Strangers who registered themselves leave no events: those stay for a year.
            let event = client.is_vouched_for().then(|| event(app, &client, audit::TOKEN_REVOKED));
            app.sql.revoke_token(&facts.jti, facts.expires_at, event.as_ref()).await?;
            app.forget_token(&facts.jti);
            Ok(())
        }
    }
}

/// RFC 7009 §2.1: "verifies whether the token was issued to the client making the revocation request. If this validation fails, the
/// request is refused".
fn issued_to(client: &AuthenticatedClient, owner: &str) -> Result<(), Refusal> {
    if client.client_id == owner {
        return Ok(());
    }
    Err(OAuthError::invalid_grant("The token was not issued to this client.").because("a client tried to revoke another client's token"))
}

/// Whether the approval was given to another client, from whose token this one came (RFC 8693): then it is not for this client to end.
async fn is_delegated(app: &App, client: &AuthenticatedClient, grant_id: Uuid) -> Result<bool, Failure> {
    Ok(app.grant(grant_id).await?.is_some_and(|grant| grant.client_id != client.client_id))
}

async fn revoke_grant(app: &App, client: &AuthenticatedClient, grant_id: Uuid) -> Result<(), Failure> {
    app.sql.revoke_grant(grant_id, app.now(), &event(app, client, audit::GRANT_REVOKED)).await?;
    app.forget_grant(grant_id);
    Ok(())
}

fn event(app: &App, client: &AuthenticatedClient, kind: &str) -> AuditEvent {
    audit::by_client(app.entropy.as_ref(), app.now(), kind, &client.client_id).build()
}
