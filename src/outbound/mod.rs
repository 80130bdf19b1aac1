//! Requests that authy makes itself: key sets, request objects, metadata documents, logout and CIBA notices. One guarded client for all of
//! them, because every URL in them was written by somebody else (RFC 9700 §4.13, OIDC Core §16.1, RFC 7591 §5).
//!
//! | file | holds |
//! |---|---|
//! | [`target`] | which URLs may be asked at all |
//! | [`address`] | which addresses are public |
//! | [`resolver`] | the address that was checked is the one connected to |
//! | [`turns`] | how many requests one host gets at a time |
//! | [`guarded`] | the client |

pub mod address;
pub mod guarded;
pub mod request;
pub mod resolver;
pub mod target;
pub mod trust;
pub mod turns;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

pub use guarded::Guarded;
pub use request::{Kind, Registrant, Request};

/// An answer with a status of success.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The document; empty for a notice, whose answer nobody reads.
    pub body: Vec<u8>,
    /// How long it says that it may be kept: RFC 9111 §5.2.2.1.
    pub max_age: Option<Duration>,
}

/// A document may hold anything.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("bytes", &self.body.len()).field("max_age", &self.max_age).finish()
    }
}

/// Why there is no answer. It holds nothing of the URL or of what came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The URL is not one that authy asks.
    #[error("the URL is refused: {0}")]
    Refused(&'static str),
    /// The host's name leads to an address that is not public.
    #[error("the host has an address that authy does not connect to")]
    Address,
    /// No connection, or no trust.
    #[error("the host cannot be reached: {0}")]
    Unreachable(String),
    /// Not within the time.
    #[error("no answer within the time allowed")]
    TimedOut,
    /// Anything but success; redirects are not followed.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// The document is of another kind.
    #[error("the answer has another content type than expected")]
    ContentType,
    /// More than such a document needs.
    #[error("the answer is too large")]
    TooLarge,
    /// Too many requests to that host wait already.
    #[error("too many requests to that host are under way")]
    Busy,
    /// The same request failed a moment ago.
    #[error("the same request failed a moment ago: {0}")]
    Lately(Box<OutboundError>),
}

/// An answer on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Answer, OutboundError>> + Send + 'a>>;

/// What sends requests: [`Guarded`], or what a test puts in its place.
pub trait Outbound: Send + Sync + fmt::Debug {
    /// What can be told about a URL without asking anybody, for registration.
    ///
    /// # Errors
    /// [`OutboundError::Refused`] or [`OutboundError::Address`].
    fn check(&self, url: &str, registrant: Registrant) -> Result<(), OutboundError>;

    /// Sends a request and reads its answer within the limits of its kind.
    fn send(&self, request: Request) -> Sending<'_>;
}

impl dyn Outbound + '_ {
    /// Of addresses in a registration, each with the member that names it, those that are never asked, and why.
    pub fn out_of_reach<'a>(
        &'a self,
        named: impl Iterator<Item = (&'static str, Cow<'a, str>)> + 'a,
        registrant: Registrant,
    ) -> impl Iterator<Item = (&'static str, OutboundError)> + 'a {
        named.filter_map(move |(member, uri)| Some((member, self.check(&uri, registrant).err()?)))
    }
}
