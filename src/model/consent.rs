//! What a user has approved for a client, remembered.

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
    /// Where the answers went, in the words that the person read, the latest last.
    pub destinations: Vec<String>,
    /// When it was last widened or renewed.
    pub granted_at: Timestamp,
    /// A year later.
    pub expires_at: Timestamp,
}
