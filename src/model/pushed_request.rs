//! An authorization request that a client has pushed, kept in the key-value store under the hash of its `request_uri`.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// What a `request_uri` stands for: RFC 9126 §2.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushedRequest {
    /// Who pushed it; nobody else may use it.
    pub client_id: String,
    /// Its parameters, form-encoded, without those that authenticated the client.
    pub request: String,
    /// Whether they came in a signed request object (RFC 9126 §3).
    pub signed: bool,
    /// When a browser may no longer come with it.
    pub expires_at: Timestamp,
}
