//! Clients whose id is the URL of their own description: draft-ietf-oauth-client-id-metadata-document. Nothing is stored until a person who
//! has signed in approves one.

pub mod read;

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::app::client_documents::ClientDocument;
use crate::endpoints::register::draft;
use crate::failure::Failure;
use crate::model::client::{Client, ClientOrigin};
use crate::outbound::{Kind, OutboundError, Registrant, Request};
use crate::spec::client_id_document::{check_url, is_url, unusable};
use crate::spec::client_metadata::{called, weakening};
use crate::spec::error::Refusal;
use url::Url;

/// How long a document is kept that does not say (§4.4: the server "MAY" define bounds).
const USUAL_AGE: Duration = Duration::from_secs(5 * 60);
/// A document is not asked for again before this, whatever it says.
const LEAST_AGE: Duration = Duration::from_secs(60);
/// Nor kept for longer than this.
const MOST_AGE: Duration = Duration::from_secs(60 * 60);

/// The client of an authorization request: registered here, or described at its URL.
///
/// # Errors
/// When there is a description but it cannot be read or is not acceptable, or a store is away.
pub async fn requesting(app: &App, client_id: &str) -> Result<Option<Arc<Client>>, Failure> {
    let stored = app.client(client_id).await?;
    if !is_url(client_id) {
        return Ok(stored);
    }
    if !app.settings.client_documents.enabled {
        return Ok(stored.filter(|client| client.origin != ClientOrigin::Document));
    }
    // An administrator may have shut it out, or registered a client of that name.
    if stored.as_ref().is_some_and(|client| !client.enabled || client.is_vouched_for()) {
        return Ok(stored);
    }
    let described = described(app, client_id).await?;
    // As it is written down: what an allowance that has ended takes away is taken from the two together.
    let settled = stored.is_some_and(|stored| !stored.metadata.settled.is_empty());
    match if settled { app.sql.client_by_id(client_id).await? } else { None } {
        Some(stored) => {
            let both = draft::settled(&stored, Client::clone(&described)).map_err(|refusal| unusable(refusal.detail))?;
            Ok(Some(Arc::new(weakening::in_force(both, app.now()))))
        }
        None => Ok(Some(described)),
    }
}

/// The client of a request that must authenticate: what was approved counts; a client that nobody has approved yet may push a request.
///
/// # Errors
/// When a store is away.
pub async fn authenticating(app: &App, client_id: &str) -> Result<Option<Arc<Client>>, Failure> {
    if let Some(client) = app.client(client_id).await? {
        if client.origin == ClientOrigin::Document && !is_let_in(app, client_id) {
            return Ok(None);
        }
        return Ok(Some(if holds_keys(&client) { Box::pin(with_keys_of_now(app, client)).await } else { client }));
    }
    match Box::pin(requesting(app, client_id)).await {
        Err(Failure::Refused(_)) => Ok(None),
        found => found,
    }
}

/// Whether its document says by which keys it is known.
fn holds_keys(client: &Client) -> bool {
    client.origin == ClientOrigin::Document && client.enabled && client.metadata.protocol.jwks.is_some()
}

/// Whether the settings let documents at this URL be clients, also such as people have approved before.
fn is_let_in(app: &App, client_id: &str) -> bool {
    app.settings.client_documents.enabled && Url::parse(client_id).is_ok_and(|url| is_listed(app, &url))
}

fn is_listed(app: &App, url: &Url) -> bool {
    let hosts = &app.settings.client_documents.hosts;
    hosts.is_empty() || url.host_str().is_some_and(|host| hosts.iter().any(|listed| listed == host))
}

/// Keys are those that the document lists now, whatever was approved: one that was taken out of it is withdrawn, and a new one needs nobody's
/// word. While the document cannot be read, those that were read within an hour hold, as they do of a `jwks_uri`.
async fn with_keys_of_now(app: &App, approved: Arc<Client>) -> Arc<Client> {
    if ["jwks", "jwks_uri"].iter().any(|name| approved.metadata.settled.contains(*name)) {
        return approved;
    }
    let described = match described(app, &approved.client_id).await {
        Ok(described) => Some(described),
        Err(refusal) => {
            tracing::debug!(client.id = %approved.client_id, detail = %refusal.detail, "the keys of a client are those that it had a while ago, if any");
            app.caches.client_documents.get(&approved.client_id).and_then(|known| known.lately(app.now()))
        }
    };
    let (jwks, jwks_uri) =
        described.map(|client| (client.metadata.protocol.jwks.clone(), client.metadata.protocol.jwks_uri.clone())).unwrap_or_default();
    if jwks == approved.metadata.protocol.jwks && jwks_uri.is_none() {
        return approved;
    }
    let mut client = Client::clone(&approved);
    client.metadata.protocol.jwks = jwks;
    client.metadata.protocol.jwks_uri = jwks_uri;
    Arc::new(client)
}

/// RFC 7591 §5: addresses in it that authy would never call make a document useless, as they do a registration.
fn callable(app: &App, client: Client) -> Result<Client, Refusal> {
    let unfit = app.outbound.out_of_reach(called::addresses(&client.metadata.protocol), Registrant::Anybody).next();
    unfit.map_or(Ok(client), |(field, error)| Err(unusable(format!("{field}: {error}"))))
}

async fn described(app: &App, client_id: &str) -> Result<Arc<Client>, Refusal> {
    let now = app.now();
    let before = app.caches.client_documents.get(client_id);
    if let Some(known) = before.as_ref().filter(|known| now < known.until) {
        return known.outcome.clone();
    }
    let url = check_url(client_id)?;
    if !is_listed(app, &url) {
        return Err(unusable("the host of the client_id is not among client_documents.hosts"));
    }
    let document = match app.outbound.send(Request::get(Kind::ClientMetadata, client_id, Registrant::Anybody)).await {
        Ok(answer) => {
            let client = read::client(&url, &answer.body, (&app.settings.registration, now)).and_then(|client| callable(app, client));
            let outcome = client.map(Arc::new);
            // §5.2: a document that is "invalid or malformed" is not kept; a minute keeps strangers from having it fetched again and again.
            let lives = if outcome.is_ok() { answer.max_age.unwrap_or(USUAL_AGE).clamp(LEAST_AGE, MOST_AGE) } else { LEAST_AGE };
            let good = outcome.clone().ok().map(|client| (client, now));
            ClientDocument { outcome, until: now + lives, good, size: answer.body.len() }
        }
        // The client for outbound requests remembers failures itself; what it is too busy for is not one.
        Err(error @ (OutboundError::Busy | OutboundError::Lately(_))) => return Err(unusable(error.to_string())),
        Err(error) => {
            let (good, size) = before.map(|known| (known.good, known.size)).unwrap_or_default();
            ClientDocument { outcome: Err(unusable(error.to_string())), until: now + LEAST_AGE, good, size }
        }
    };
    let outcome = document.outcome.clone();
    app.caches.client_documents.put(client_id.to_owned(), document);
    outcome
}
