//! Documents that describe clients (Client ID Metadata Document), as they were read.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::spec::error::Refusal;

/// While a document cannot be read, what it said last holds for so long.
const LATELY: Duration = Duration::from_secs(60 * 60);

/// What is known of a document.
#[derive(Clone, Debug)]
pub struct ClientDocument {
    /// The client that it describes, or why it is of no use.
    pub outcome: Result<Arc<Client>, Refusal>,
    /// Until when that is believed without another look.
    pub until: Timestamp,
    /// What it described when it could be read last, and when that was.
    pub good: Option<(Arc<Client>, Timestamp)>,
}

impl ClientDocument {
    /// What it described within the last hour.
    pub fn lately(&self, now: Timestamp) -> Option<Arc<Client>> {
        self.good.as_ref().filter(|(_, at)| now < *at + LATELY).map(|(client, _)| client.clone())
    }
}
