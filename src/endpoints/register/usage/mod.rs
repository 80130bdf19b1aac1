//! What keeps a client that no administrator registered: the approval of a person, and use.

use std::sync::Arc;
use std::time::Duration;

use super::draft;
use crate::app::App;
use crate::failure::Failure;
use crate::model::client::{Client, ClientOrigin};
use crate::model::registration::DynamicClient;
use crate::spec::client_id_document::unusable;
use crate::telemetry::audit;

/// How often what a document says is put into what somebody else has changed meanwhile.
const TRIES: usize = 3;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A person approved something for the client: its quarantine ends. Costs a write once a day at most, or four times in the life of an unused one.
///
/// # Errors
/// When the database is away.
pub async fn approved(app: &App, client: &Client, subject: &str) -> Result<(), Failure> {
    match client.origin {
        ClientOrigin::Administrator => return Ok(()),
        ClientOrigin::Document => return keep(app, client, subject).await,
        ClientOrigin::Dynamic if is_noted(app, client, "approved") => return Ok(()),
        ClientOrigin::Dynamic => {}
    }
    let now = app.now();
    let event = audit::by_person(app.entropy.as_ref(), now, audit::CLIENT_APPROVED, subject).client(&client.client_id).build();
    let first = app.sql.approve_client(&client.client_id, now, now + app.settings.registration.expire_unused, &event).await?;
    note(app, client, "approved");
    if !first {
        used(app, client).await;
    }
    Ok(())
}

/// A client that is a document gets its row with the first approval, and another look at its document with each later one.
async fn keep(app: &App, client: &Client, subject: &str) -> Result<(), Failure> {
    let client = &described(app, client);
    if let Some(stored) = as_it_is_written(app, &client.client_id).await? {
        let next = with_what_is_settled(&stored, client)?;
        if stored.metadata == next.metadata && stored.name == next.name {
            used(app, client).await;
            return Ok(());
        }
    }
    let now = app.now();
    let dynamic = DynamicClient {
        client_id: client.client_id.clone(),
        token_hash: None,
        approved_at: Some(now),
        last_used_at: now,
        expires_at: now + app.settings.registration.expire_unused,
    };
    let event = audit::by_person(app.entropy.as_ref(), now, audit::CLIENT_APPROVED, subject).client(&client.client_id).build();
    for _ in 0..TRIES {
        let Some(current) = joined(app, client).await? else { return Ok(()) };
        app.provide_keys(current.metadata.signing_algorithms()).await?;
        if app.sql.save_document_client(&current, &dynamic, &event).await? {
            app.forget_client(&client.client_id);
            return Ok(());
        }
    }
    Err(Failure::Busy("others change this client all the time".into()))
}

/// What the document says, without what is taken from it where an allowance has ended: that is not written down, or it could not come back.
fn described(app: &App, client: &Client) -> Client {
    let known = app.caches.client_documents.get(&client.client_id);
    known.and_then(|known| known.outcome.ok()).map_or_else(|| client.clone(), |described| Client::clone(&described))
}

/// The row, where it can differ from what is in force.
async fn as_it_is_written(app: &App, client_id: &str) -> Result<Option<Arc<Client>>, Failure> {
    match app.client(client_id).await? {
        Some(stored) if !stored.metadata.settled.is_empty() => Ok(app.sql.client_by_id(client_id).await?.map(Arc::new)),
        stored => Ok(stored),
    }
}

/// What the document says with what an administrator has settled by now; `None` when one has registered a client of that name.
async fn joined(app: &App, described: &Client) -> Result<Option<Client>, Failure> {
    let Some(stored) = app.sql.client_by_id(&described.client_id).await? else { return Ok(Some(described.clone())) };
    if stored.is_vouched_for() {
        return Ok(None);
    }
    Ok(Some(Client { updated_at: stored.updated_at, ..with_what_is_settled(&stored, described)? }))
}

fn with_what_is_settled(stored: &Client, described: &Client) -> Result<Client, Failure> {
    match stored.metadata.settled.is_empty() {
        true => Ok(described.clone()),
        false => Ok(draft::settled(stored, described.clone()).map_err(|refusal| unusable(refusal.detail))?),
    }
}

/// The client was given tokens: it is not swept as unused for another while. Written at most once a day, and as well as can be: what the
/// client was given is used up already, so that a database which fails just now must not cost it the answer.
pub async fn used(app: &App, client: &Client) {
    if client.origin == ClientOrigin::Administrator || is_noted(app, client, "used") {
        return;
    }
    Box::pin(note_use(app, client)).await;
}

async fn note_use(app: &App, client: &Client) {
    let now = app.now();
    let times = (now, now - period(app));
    match app.sql.note_client_use(&client.client_id, times, now + app.settings.registration.expire_unused).await {
        Ok(()) => note(app, client, "used"),
        Err(error) => tracing::warn!(%error, client.id = %client.client_id, "the use of a client could not be noted; its next one is"),
    }
}

fn is_noted(app: &App, client: &Client, what: &'static str) -> bool {
    app.caches.client_use.get(&key(app, client, what)).is_some()
}

fn note(app: &App, client: &Client, what: &'static str) {
    app.caches.client_use.put(key(app, client, what), ());
}

/// A name and a period: in the next one it is noted anew.
fn key(app: &App, client: &Client, what: &'static str) -> (String, i64, &'static str) {
    let period = i64::try_from(period(app).as_secs()).unwrap_or(i64::MAX).max(1);
    (client.client_id.clone(), app.now().as_seconds().div_euclid(period), what)
}

/// How often use is noted: daily, and often enough for who is removed sooner.
fn period(app: &App) -> Duration {
    DAY.min(app.settings.registration.expire_unused / 4)
}
