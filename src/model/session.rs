//! A browser session.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::secret::TokenHash;

/// One browser in which one user has signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Names the session inside authy; never a credential.
    pub id: Uuid,
    /// The hash of the cookie's value.
    pub token_hash: TokenHash,
    /// The hash of the Strict administration cookie's value, for administrators.
    pub admin_token_hash: Option<TokenHash>,
    /// Whose session it is.
    pub subject: String,
    /// `sid` of ID Tokens: a random name of its own.
    pub sid: String,
    /// When the person last proved who they are. A later request never refreshes it.
    pub auth_time: Timestamp,
    /// RFC 8176 methods of that proof: `pwd`.
    pub amr: Vec<String>,
    /// `acr` of that proof.
    pub acr: String,
    /// As the browser named itself, cut to 300 characters.
    pub user_agent: String,
    /// The address it was made from.
    pub address: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Written at most every five minutes.
    pub last_seen_at: Timestamp,
    /// The absolute end.
    pub expires_at: Timestamp,
    /// When it was ended; `None` while it lives.
    pub ended_at: Option<Timestamp>,
}
