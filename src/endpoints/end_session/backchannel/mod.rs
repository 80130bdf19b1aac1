//! Tells clients' servers that a session has ended: OIDC Back-Channel Logout §2. Whatever ends a session, the command line too, queues
//! the messages in the transaction that ends it; a server takes them from there.

use std::time::Duration;

use crate::app::App;
use crate::endpoints::encrypted::{self, Kind};
use crate::failure::Failure;
use crate::model::client::Client;
use crate::model::logout_delivery::LogoutDelivery;
use crate::outbound::{OutboundError, Registrant, Request};
use crate::secret::Secret;
use crate::spec::id_token;
use crate::spec::logout_token::{self, LogoutTokenClaims, Sent, Verdict};
use crate::store::StoreError;
use crate::telemetry::audit;

/// For so long a node has a message to itself: longer than any answer takes. One that dies meanwhile leaves it to the others after that.
const LEASE: Duration = Duration::from_secs(60);

/// Messages that are due, for this node alone.
///
/// # Errors
/// When the database is away.
pub async fn claim(app: &App, limit: usize, busy: &[String]) -> Result<Vec<LogoutDelivery>, StoreError> {
    let now = app.now();
    if !app.sql.logouts_are_due(now).await? {
        return Ok(Vec::new()); // without taking a lock: nearly always so
    }
    app.sql.claim_logouts((now, now + LEASE), i64::try_from(limit).unwrap_or(i64::MAX), busy).await
}

/// §2.5: sends one message, and notes what came of it.
///
/// # Errors
/// When the database is away, or no key signs; the message is then due again after a while.
pub async fn deliver(app: &App, delivery: &LogoutDelivery) -> Result<(), Failure> {
    let client = app.client(&delivery.client_id).await?;
    let addressed = client.as_ref().and_then(|client| Some((client, client.metadata.protocol.backchannel_logout_uri.as_ref()?)));
    let Some((client, uri)) = addressed else {
        return finish(app, delivery, None).await; // it does not want to be told any more
    };
    let sent = send(app, client, uri, logout_token(app, client, delivery).await?).await?;
    match logout_token::judge(&sent, delivery.attempts, app.now().since(delivery.created_at)) {
        Verdict::Done => finish(app, delivery, None).await,
        Verdict::Again(pause) => {
            tracing::info!(client.id = %client.client_id, attempts = delivery.attempts, ?sent, "a logout waits: the client could not be told");
            Ok(app.sql.postpone_logout(&delivery.sid, &delivery.client_id, app.now() + pause).await?)
        }
        Verdict::GiveUp => {
            tracing::warn!(client.id = %client.client_id, attempts = delivery.attempts, ?sent, "a logout was not delivered and is given up");
            finish(app, delivery, Some(&sent)).await
        }
    }
}

async fn finish(app: &App, delivery: &LogoutDelivery, failed: Option<&Sent>) -> Result<(), Failure> {
    let event = failed.map(|sent| {
        let detail = match sent {
            Sent::Answered(status) => serde_json::json!({ "status": status, "attempts": delivery.attempts }),
            Sent::Unanswered => serde_json::json!({ "attempts": delivery.attempts }),
        };
        let event = audit::event(app.entropy.as_ref(), app.now(), audit::LOGOUT_UNDELIVERED, audit::Actor::System);
        event.subject(&delivery.subject).client(&delivery.client_id).detail(detail).build()
    });
    Ok(app.sql.finish_logout(&delivery.sid, &delivery.client_id, event.as_ref()).await?)
}

/// §2.4: signed, under the names by which the client knows the person and the session, as the client's ID Tokens are.
async fn logout_token(app: &App, client: &Client, delivery: &LogoutDelivery) -> Result<Secret<String>, Failure> {
    let now = app.now();
    let (jti, subject) = (app.entropy.identifier(), app.subject_for(client, &delivery.subject));
    let sid = app.sid_for(client, &delivery.sid);
    let claims = LogoutTokenClaims {
        issuer: app.issuer.as_str(),
        subject: &subject,
        audience: &client.client_id,
        issued_at: now,
        jti: &jti,
        sid: &sid,
    };
    Ok(app.sign(id_token::signed_with(&client.metadata), Some(logout_token::TYP), &claims.to_json()).await?)
}

/// §2.5: a form that holds the token and nothing else; encrypted as the client's ID Tokens are (§2.4).
async fn send(app: &App, client: &Client, uri: &str, signed: Secret<String>) -> Result<Sent, Failure> {
    let token = match encrypted::token(app, client, Kind::IdToken, signed).await {
        Ok(token) => token,
        // It asked for encryption and shows no key for it now; it may later.
        Err(Failure::Refused(refusal)) => {
            tracing::info!(client.id = %client.client_id, detail = %refusal.detail, "a logout token could not be encrypted");
            return Ok(Sent::Unanswered);
        }
        Err(failure) => return Err(failure),
    };
    let request = Request::post_form(uri, Registrant::of(client), &[("logout_token", token.expose())]);
    Ok(match app.outbound.send(request).await {
        Ok(_) => Sent::Answered(200),
        Err(OutboundError::Status(status)) => Sent::Answered(status),
        Err(_) => Sent::Unanswered,
    })
}
