//! What happened, and why something was refused.

use uuid::Uuid;

use crate::clock::Timestamp;

/// One line of the append-only audit record. It never holds a secret or an e-mail address.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEvent {
    /// Time-ordered.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// `user.created`, `session.started`, `refresh_reuse`, …
    pub kind: String,
    /// Who did it: the `sub` of a person, the `client_id` of a client, `cli` or `system`.
    pub actor: String,
    /// The user it is about.
    pub subject: Option<String>,
    /// The client it is about.
    pub client_id: Option<String>,
    /// More, as JSON.
    pub detail: serde_json::Value,
}

/// A refusal kept for its owner to read: `authy explain`, `/explain/{error_id}`.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorRecord {
    /// `error_id`.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The registered code.
    pub error: String,
    /// The public sentence.
    pub description: String,
    /// The private reason.
    pub detail: String,
    /// Which endpoint refused.
    pub endpoint: String,
    /// The client, when it was known.
    pub client_id: Option<String>,
    /// The parameter at fault, when it was one.
    pub about: Option<String>,
}
