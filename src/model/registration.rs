//! What is known of clients that no administrator registered, and of the tokens that let them register.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::secret::TokenHash;

/// Beside a client that registered itself (RFC 7591) or is a document at its own URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamicClient {
    /// Whose.
    pub client_id: String,
    /// Of the registration access token (RFC 7592 §3); `None` for a client that is a document.
    pub token_hash: Option<TokenHash>,
    /// When a person, or an initial access token, first vouched for it; until then it is in quarantine.
    pub approved_at: Option<Timestamp>,
    /// When it last used a token, to the day.
    pub last_used_at: Timestamp,
    /// When it is swept unless it is used before.
    pub expires_at: Timestamp,
}

/// An initial access token (RFC 7591 §3): whoever has it may register clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationToken {
    /// Names the token for its deletion.
    pub id: Uuid,
    /// What an administrator calls it.
    pub name: String,
    /// The token itself is not kept.
    pub hash: TokenHash,
    /// How many more clients it may register; `None`: as many as it likes.
    pub uses_left: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None`: until it is deleted.
    pub expires_at: Option<Timestamp>,
}

/// By what right a client registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// By an initial access token, of which it takes one use.
    Token(TokenHash),
    /// By nobody's word, as long as no more than this many wait in quarantine.
    Open {
        /// The most clients in quarantine.
        quarantine: u32,
    },
}
