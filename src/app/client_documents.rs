//! Documents that describe clients (Client ID Metadata Document), as they were read.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::spec::error::Refusal;

/// While a document cannot be read, what it said last holds for so long.
const LATELY: Duration = Duration::from_secs(60 * 60);
/// What an entry takes at least, in bytes.
const OVERHEAD: usize = 1_024;
/// How many bytes of memory one byte of a document can come to: lists of the shortest texts.
const GROWTH: usize = 16;

/// What is known of a document.
#[derive(Clone, Debug)]
pub struct ClientDocument {
    /// The client that it describes, or why it is of no use.
    pub outcome: Result<Arc<Client>, Refusal>,
    /// Until when that is believed without another look.
    pub until: Timestamp,
    /// What it described when it could be read last, and when that was.
    pub good: Option<(Arc<Client>, Timestamp)>,
    /// The bytes of the document that is remembered.
    pub size: usize,
}

impl ClientDocument {
    /// At most so much memory.
    pub const fn weight(&self, client_id: &str) -> u64 {
        (OVERHEAD + client_id.len() + GROWTH * self.size) as u64
    }

    /// What it described within the last hour.
    pub fn lately(&self, now: Timestamp) -> Option<Arc<Client>> {
        self.good.as_ref().filter(|(_, at)| now < *at + LATELY).map(|(client, _)| client.clone())
    }
}
