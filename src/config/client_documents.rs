//! Clients that are documents at their own URL.

use super::outbound::host;
use super::{parse, reader::Reader};

/// See the settings `client_documents.…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientDocuments {
    /// Whether such clients are taken at all.
    pub enabled: bool,
    /// The hosts at which they may be; empty: any.
    pub hosts: Vec<String>,
}

impl ClientDocuments {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { enabled: reader.one("client_documents.enabled", parse::boolean), hosts: reader.all("client_documents.hosts", host) }
    }
}
