//! What a user has approved for a client, remembered.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;

/// A remembered approval, until it is revoked or expires.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// Who approved.
    pub subject: String,
    /// For whom.
    pub client_id: String,
    /// Approved scopes, sorted.
    pub scopes: Vec<String>,
    /// Claims approved by name through the `claims` parameter, sorted.
    pub claims: Vec<String>,
    /// Approved resources (RFC 8707), sorted.
    pub resources: Vec<String>,
    /// Approved authorization details (RFC 9396), each as it was asked for.
    pub authorization_details: Vec<Value>,
    /// As whom the client asked, and where the answers went, the latest last.
    pub seen: Vec<Seen>,
    /// When it was last widened or renewed.
    pub granted_at: Timestamp,
    /// A year later.
    pub expires_at: Timestamp,
}

/// What a person saw of a client when they approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its name.
    pub name: String,
    /// Where the answer goes, in words.
    pub destination: String,
}
