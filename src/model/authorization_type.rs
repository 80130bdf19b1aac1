//! A type of authorization details (RFC 9396 §2) that an administrator has registered.

use serde_json::Value;

use crate::clock::Timestamp;

/// What details of one type look like, and how people read them.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorizationType {
    /// The `type` of its details.
    pub kind: String,
    /// What a detail must fit: JSON Schema, the part of it that authy knows.
    pub schema: Value,
    /// A detail in words, with `{member}` where a member belongs.
    pub sentence: String,
    /// When it was registered.
    pub created_at: Timestamp,
}
