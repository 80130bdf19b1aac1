//! Keys of clients that were fetched, and how old they may get.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::{Cache, Turns};
use crate::jose::ClientKeys;
use crate::jose::client_keys::KeyError;
use crate::outbound::{OutboundError, Registrant};

/// Bytes of keys that are kept of what administrators registered.
const OF_ADMINISTRATORS: u64 = 12 * 1024 * 1024;
/// Bytes of keys that are kept of what anybody wrote into a document or a registration.
const OF_ANYBODY: u64 = 4 * 1024 * 1024;
/// The longest that fetched keys are of any use.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// What an entry takes beside the keys and the URL.
const OVERHEAD: usize = 512;

/// Keys that were fetched: what strangers have authy fetch never takes the place of what administrators registered.
#[derive(Debug)]
pub struct KnownKeys {
    administrators: Shelf,
    anybody: Shelf,
}

/// Keys by their `jwks_uri`.
#[derive(Debug)]
pub struct Shelf {
    /// What is known.
    pub known: Cache<String, Arc<FetchedKeys>>,
    /// Who is fetching.
    pub turns: Turns<String>,
}

impl Default for KnownKeys {
    fn default() -> Self {
        Self { administrators: Shelf::new(OF_ADMINISTRATORS), anybody: Shelf::new(OF_ANYBODY) }
    }
}

impl KnownKeys {
    /// What was fetched for such registrants.
    pub const fn of(&self, registrant: Registrant) -> &Shelf {
        match registrant {
            Registrant::Administrator => &self.administrators,
            Registrant::Anybody => &self.anybody,
        }
    }

    /// Lets go of what is too old.
    pub fn drop_stale(&self) {
        self.administrators.known.drop_stale();
        self.anybody.known.drop_stale();
    }
}

impl Shelf {
    fn new(bytes: u64) -> Self {
        Self { known: Cache::weighing(bytes, LONGEST, |uri, fetched| weight(uri, fetched)), turns: Turns::new(1_000) }
    }
}

fn weight(uri: &str, fetched: &FetchedKeys) -> u64 {
    (OVERHEAD + uri.len() + fetched.keys.as_ref().map_or(0, |keys| keys.weight())) as u64
}

/// The last that is known of the keys at a URL.
#[derive(Debug)]
pub struct FetchedKeys {
    /// The keys, or why there are none.
    pub keys: Result<Arc<ClientKeys>, Unusable>,
    /// When the last good answer came, if ever: what was published last holds for a while without another.
    pub good_at: Option<Instant>,
    /// When the last answer came, good or not, by the process's own monotonic clock: staleness is about real time, not about protocol time.
    pub at: Instant,
    /// How long nobody asks again.
    pub lasts: Duration,
}

/// Why a URL gives no keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// They could not be fetched.
    #[error("the key set cannot be fetched: {0}")]
    Fetch(#[from] OutboundError),
    /// What came is no key set.
    #[error("the key set is of no use: {0}")]
    Keys(#[from] KeyError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fetched(keys: usize) -> Arc<FetchedKeys> {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let key = |number: usize| json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": number.to_string(), "nobody reads this": "x".repeat(500)});
        let set = ClientKeys::fetched(&json!({ "keys": (0..keys).map(key).collect::<Vec<_>>() })).unwrap();
        let now = Instant::now();
        Arc::new(FetchedKeys { keys: Ok(Arc::new(set)), good_at: Some(now), at: now, lasts: LONGEST })
    }

    #[test]
    fn keys_that_strangers_have_fetched_take_their_share_and_no_more() {
        let known = KnownKeys::default();
        known.of(Registrant::Administrator).known.put("https://rp.example/jwks".to_owned(), fetched(2));
        let largest = fetched(64);
        for number in 0..2_000 {
            known.of(Registrant::Anybody).known.put(format!("https://evil.example/k/{number}"), largest.clone());
        }
        assert!(known.of(Registrant::Anybody).known.weight() <= OF_ANYBODY);
        assert!(known.of(Registrant::Anybody).known.weight() > OF_ANYBODY / 2, "a set of 64 keys is kept like any other");
        assert!(known.of(Registrant::Administrator).known.get("https://rp.example/jwks").is_some());
    }
}
