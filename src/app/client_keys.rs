//! Keys of clients that were fetched, and how old they may get.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::jose::ClientKeys;

/// A fetched key set.
#[derive(Debug)]
pub struct FetchedKeys {
    /// The keys.
    pub keys: Arc<ClientKeys>,
    /// When they were fetched, by the process's own monotonic clock: staleness is about real time, not about protocol time.
    pub at: Instant,
    /// How long they are used without asking again.
    pub lasts: Duration,
}
