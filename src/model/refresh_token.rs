//! A refresh token, of which only the hash is kept.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::model::confirmation::Confirmation;
use crate::secret::TokenHash;

/// One generation of a family; the family is its grant.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshToken {
    /// The hash of the token.
    pub hash: TokenHash,
    /// The family.
    pub grant_id: Uuid,
    /// Counts rotations, from 0.
    pub generation: i32,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The end by idleness.
    pub expires_at: Timestamp,
    /// The end of the whole family.
    pub absolute_expires_at: Timestamp,
    /// When its successor was issued; `None` for the newest.
    pub rotated_at: Option<Timestamp>,
    /// The keys that a public client must hold to use it: RFC 9449 §5, RFC 8705 §4. A confidential client proves itself anyway.
    pub confirmation: Confirmation,
}
