//! What a request tells about the browser it comes from.

use std::net::IpAddr;

use crate::secret::{Secret, TokenHash};

/// The browser of a request: its cookies, where it is, and how it names itself.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The session cookie.
    pub session: Option<Secret<String>>,
    /// The pre-session cookie: a random name for the browser until somebody signs in.
    pub pre_session: Option<Secret<String>>,
    /// The Strict cookie of administration.
    pub admin: Option<Secret<String>>,
    /// The cookie that clients' pages may ask about: OIDC Session Management §4.2.
    pub state: Option<Secret<String>>,
    /// The peer's address, or the one a trusted proxy names.
    pub address: Option<IpAddr>,
    /// `User-Agent`, cut to 300 characters.
    pub user_agent: String,
}

impl Browser {
    /// What a transaction before sign-in is bound to.
    pub fn pre_session_hash(&self) -> Option<String> {
        self.pre_session.as_ref().map(|cookie| TokenHash::of(cookie.expose()).hex())
    }
}

/// An address as it is kept, logged and shown to people.
pub fn shown_address(address: Option<IpAddr>) -> String {
    address.map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}
