//! What a client asks of a person who is elsewhere: OpenID CIBA Core §7. Kept in SQL, since the answer may come from another process.

use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::model::approval::Approval;
use crate::secret::TokenHash;
use crate::spec::device::Polling;

/// Notices that one client is sent before it answers some: one that does not answer keeps no other waiting.
pub const MOST_PER_CLIENT: i64 = 4;

/// A request that was acknowledged.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthenticationRequest {
    /// Names it on pages and on the command line; it is worth nothing at the token endpoint.
    pub id: Uuid,
    /// The hash of the `auth_req_id`.
    pub auth_req_id: TokenHash,
    /// Who asks.
    pub client_id: String,
    /// Who is asked.
    pub subject: String,
    /// The scopes that the client may have of those it asked for.
    pub scopes: Vec<String>,
    /// The resources it asked for (RFC 8707).
    pub resources: Vec<String>,
    /// What it asked for in detail (RFC 9396).
    pub authorization_details: Vec<Value>,
    /// What is shown on both ends, so that the person knows which request this is.
    pub binding_message: Option<String>,
    /// How the client hears of the answer.
    pub delivery: Delivery,
    /// What a notice to the client needs, sealed.
    pub sealed: Vec<u8>,
    /// How often the client has asked.
    pub polling: Polling,
    /// Where it stands.
    pub state: State,
    /// A yes that nobody has come for.
    pub approval: Option<Approval>,
    /// How often a notice was sent in vain.
    pub attempts: i32,
    /// When the next notice is due.
    pub notify_at: Option<Timestamp>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// CIBA Core §5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The client asks again and again.
    Poll,
    /// The client is told when to ask.
    Ping,
    /// The client is sent the tokens.
    Push,
}

impl Delivery {
    /// Every mode.
    pub const ALL: &'static [Self] = &[Self::Poll, Self::Ping, Self::Push];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Ping => "ping",
            Self::Push => "push",
        }
    }

    /// The mode of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mode| mode.as_str() == text)
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered.
    Pending,
    /// The person said yes.
    Approved,
    /// The person said no.
    Denied,
    /// The client has its tokens.
    Redeemed,
}

impl State {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Redeemed => "redeemed",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Denied, Self::Redeemed].into_iter().find(|state| state.as_str() == text)
    }
}
