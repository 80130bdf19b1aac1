//! Clients whose id is the URL of their own description: draft-ietf-oauth-client-id-metadata-document. Nothing is stored until a person who
//! has signed in approves one.

pub mod read;

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::failure::Failure;
use crate::model::client::Client;
use crate::outbound::{Kind, OutboundError, Registrant, Request};
use crate::spec::client_id_document::{check_url, is_url, unusable};
use crate::spec::client_metadata::called;
use crate::spec::error::Refusal;

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
    if !is_url(client_id) || !app.settings.client_documents.enabled {
        return Ok(stored);
    }
    // An administrator may have shut it out, or registered a client of that name.
    if stored.as_ref().is_some_and(|client| !client.enabled || client.is_vouched_for()) {
        return Ok(stored);
    }
    described(app, client_id).await.map(Some).map_err(Failure::from)
}

/// The client of a request that must authenticate: what was approved counts; a client that nobody has approved yet may push a request.
///
/// # Errors
/// When a store is away.
pub async fn authenticating(app: &App, client_id: &str) -> Result<Option<Arc<Client>>, Failure> {
    if let Some(client) = app.client(client_id).await? {
        return Ok(Some(client));
    }
    match Box::pin(requesting(app, client_id)).await {
        Err(Failure::Refused(_)) => Ok(None),
        found => found,
    }
}

/// RFC 7591 §5: addresses in it that authy would never call make a document useless, as they do a registration.
fn callable(app: &App, client: Client) -> Result<Client, Refusal> {
    let unfit = app.outbound.out_of_reach(called::addresses(&client.metadata.protocol), Registrant::Anybody).next();
    unfit.map_or(Ok(client), |(field, error)| Err(unusable(format!("{field}: {error}"))))
}

async fn described(app: &App, client_id: &str) -> Result<Arc<Client>, Refusal> {
    let now = app.now();
    if let Some((outcome, _)) = app.caches.client_documents.get(client_id).filter(|(_, until)| now < *until) {
        return outcome;
    }
    let url = check_url(client_id)?;
    let hosts = &app.settings.client_documents.hosts;
    let host = url.host_str().unwrap_or_default();
    if !hosts.is_empty() && !hosts.iter().any(|listed| listed == host) {
        return Err(unusable("the host of the client_id is not among client_documents.hosts"));
    }
    let (outcome, lives) = match app.outbound.send(Request::get(Kind::ClientMetadata, client_id, Registrant::Anybody)).await {
        Ok(answer) => {
            let client = read::client(&url, &answer.body, (&app.settings.registration, now)).and_then(|client| callable(app, client));
            (client.map(Arc::new), answer.max_age.unwrap_or(USUAL_AGE).clamp(LEAST_AGE, MOST_AGE))
        }
        // The client for outbound requests remembers failures itself; what it is too busy for is not one.
        Err(error @ (OutboundError::Busy | OutboundError::Lately(_))) => return Err(unusable(error.to_string())),
        Err(error) => (Err(unusable(error.to_string())), LEAST_AGE),
    };
    app.caches.client_documents.put(client_id.to_owned(), (outcome.clone(), now + lives));
    outcome
}
