//! A logout that a client has not been told of yet: OIDC Back-Channel Logout.

use crate::clock::Timestamp;

/// Messages that one client is sent before it answers some: one that does not answer keeps no other waiting.
pub const MOST_PER_CLIENT: i64 = 4;

/// One message to one client about the end of one session. It waits in SQL until it is delivered or given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutDelivery {
    /// The session that ended, as ID Tokens named it.
    pub sid: String,
    /// Who is to be told.
    pub client_id: String,
    /// Whose session it was, who may be deleted by now.
    pub subject: String,
    /// How often it was tried, this time included.
    pub attempts: i32,
    /// When the session ended.
    pub created_at: Timestamp,
}
