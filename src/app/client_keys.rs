//! Keys of clients that were fetched, and how old they may get.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::jose::ClientKeys;
use crate::jose::client_keys::KeyError;
use crate::outbound::OutboundError;

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
