//! The public keys of a client: by value from its registration, or fetched from its `jwks_uri` and kept for a while (OIDC Core §10.1.1).

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::app::client_keys::{FetchedKeys, Unusable};
use crate::jose::client_keys::{ClientKeys, KeyError, Signed};
use crate::jose::{Algorithm, JoseError};
use crate::model::client::Client;
use crate::outbound::{Kind, OutboundError, Registrant, Request};
use crate::spec::json;

/// How long fetched keys are used when the answer does not say.
const USUAL_AGE: Duration = Duration::from_secs(5 * 60);
/// The longest that an answer may say.
const LONGEST_AGE: Duration = Duration::from_secs(60 * 60);
/// A key that is missing is looked for again, but not more often than this; and so is a document that is of no use.
const SHORTEST_AGE: Duration = Duration::from_secs(30);
/// After which one asks again when too many ask that host.
const MOMENT: Duration = Duration::from_secs(1);

/// How new keys must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As the answer said.
    Usual,
    /// The client may have changed them: OIDC Core §10.1.1 "knows to go back to the jwks_uri location to re-retrieve the keys when it sees
    /// an unfamiliar kid value".
    Newest,
}

/// Why a signature of a client's is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// The signature, or what it signs.
    #[error(transparent)]
    Signature(#[from] JoseError),
    /// There are no keys to try it with.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// The client has registered none.
    #[error("the client has registered no keys")]
    None,
}

/// Verifies a JWS that a client signed: an assertion, a request object, an authentication request. `allowed` are the algorithms that its
/// registration and profile leave. The claims are the caller's to check.
///
/// # Errors
/// Why it is not to be believed.
pub async fn verify(app: &App, client: &Client, token: &str, allowed: &[Algorithm]) -> Result<Signed, Untrusted> {
    let verdict = of_client(app, client, Freshness::Usual).await?.verify(token, allowed);
    match verdict {
        Err(JoseError::UnknownKey | JoseError::Signature | JoseError::Algorithm) if client.metadata.protocol.jwks_uri.is_some() => {
            Ok(of_client(app, client, Freshness::Newest).await?.verify(token, allowed)?)
        }
        verdict => Ok(verdict?),
    }
}

/// The keys of a client.
///
/// # Errors
/// When there are none, or they cannot be fetched.
pub async fn of_client(app: &App, client: &Client, freshness: Freshness) -> Result<Arc<ClientKeys>, Untrusted> {
    let protocol = &client.metadata.protocol;
    match (&protocol.jwks, &protocol.jwks_uri) {
        (Some(set), _) => Ok(Arc::new(ClientKeys::for_one_request(set).map_err(Unusable::from)?)),
        (None, Some(uri)) => fetched(app, uri, Registrant::of(client), freshness).await,
        (None, None) => Err(Untrusted::None),
    }
}

async fn fetched(app: &App, uri: &str, registrant: Registrant, freshness: Freshness) -> Result<Arc<ClientKeys>, Untrusted> {
    let shelf = app.caches.client_keys.of(registrant);
    let uri = uri.to_owned();
    let known = || shelf.known.get(&uri).filter(|known| known.at.elapsed() < age(known, freshness));
    if let Some(known) = known() {
        return Ok(known.keys.clone()?);
    }
    // Of several who miss them at once one asks, and the others find what came.
    let _turn = shelf.turns.take(&uri).await;
    if let Some(known) = known() {
        return Ok(known.keys.clone()?);
    }
    let fetched = match fetch(app, &uri, registrant).await {
        Ok(fetched) => fetched,
        Err(failure) => {
            let lasts = if failure == Unusable::Fetch(OutboundError::Busy) { MOMENT } else { SHORTEST_AGE };
            // A client whose server is away for a moment is not shut out: what it published last still holds.
            let before = shelf.known.get(&uri).filter(|known| known.good_at.is_some_and(|at| at.elapsed() < LONGEST_AGE));
            let good_at = before.as_ref().and_then(|known| known.good_at);
            let keys = before.and_then(|known| known.keys.clone().ok()).ok_or(failure);
            FetchedKeys { keys, good_at, at: Instant::now(), lasts }
        }
    };
    let keys = fetched.keys.clone();
    shelf.known.put(uri, Arc::new(fetched));
    Ok(keys?)
}

fn age(known: &FetchedKeys, freshness: Freshness) -> Duration {
    if freshness == Freshness::Newest { known.lasts.min(SHORTEST_AGE) } else { known.lasts }
}

async fn fetch(app: &App, uri: &str, registrant: Registrant) -> Result<FetchedKeys, Unusable> {
    let answer = app.outbound.send(Request::get(Kind::KeySet, uri, registrant)).await?;
    let set = json::object(&answer.body).ok_or(KeyError("it is not one JSON object without duplicates"))?;
    let keys = Arc::new(ClientKeys::fetched(&set.into())?);
    let lasts = answer.max_age.unwrap_or(USUAL_AGE).clamp(SHORTEST_AGE, LONGEST_AGE);
    let now = Instant::now();
    Ok(FetchedKeys { keys: Ok(keys), good_at: Some(now), at: now, lasts })
}
