//! A named set of users: the `groups` claim.

use crate::clock::Timestamp;

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Unique.
    pub name: String,
    /// Usernames of its members, sorted.
    pub members: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}
