//! What the queries are asked with and what they answer, where that is not a model.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::client::{Client, ClientSecret};
use crate::secret::TokenHash;

/// Whether something new was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Created {
    /// It was.
    Done,
    /// It was not: the named member (`username`, `email`, `client_id`, `name`, `uri`) is taken.
    Exists(&'static str),
}

/// Whether a change was saved, which somebody made of what they had read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Changed {
    /// It was.
    Done,
    /// It was not: the named member (`username`, `email`) is taken.
    Exists(&'static str),
    /// It was not: somebody else has changed or deleted it since it was read.
    Meanwhile,
}

/// Whether a client that brought itself was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Registered {
    /// It was.
    Done,
    /// The initial access token is unknown, expired or used up, or the quarantine is full.
    NotAdmitted,
    /// Its `client_id` is taken.
    Taken,
}

/// What becomes of a client's secrets when it changes its registration, each with its audit event. The default: nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SecretChanges {
    /// A new one beside those it has; of more than two that live, the oldest goes.
    pub added: Option<(ClientSecret, Option<AuditEvent>)>,
    /// Those that go, by their id.
    pub retired: Vec<(Uuid, Option<AuditEvent>)>,
}

/// How many requests to people who are elsewhere may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Of one client.
    pub of_client: i64,
    /// Of one client, for one person.
    pub for_person: i64,
}

/// Whether a request to somebody who is elsewhere was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Queued {
    /// It was.
    Done,
    /// It was not: too many of its client wait.
    ClientFull,
    /// It was not: too many of its client wait for this person.
    PersonFull,
}

/// What became of a redeemed code's grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Redemption {
    /// The grant and its first refresh token are saved.
    Saved,
    /// The code had been replayed: the grant was revoked before it was saved.
    Revoked,
    /// It was redeemed before, whatever the short-lived store says: what that gave must be revoked.
    Replayed,
    /// The session has ended (or, for what outlives it, had ended before the approval), the user is gone or locked, or took back what they had approved.
    SessionEnded,
}

/// What an approval is made durable for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A token leaves by the browser; the code beside it, if any, will be redeemed.
    FrontChannel,
    /// A code whose approval the front channel has saved is redeemed.
    CodeBesideToken,
    /// A code, or what stands in its place, is redeemed, and nothing was given before.
    Redemption,
}

/// What became of a presented refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Rotation {
    /// Its successor is saved; exactly one caller hears this.
    Rotated,
    /// Somebody rotated it before.
    AlreadyRotated,
    /// Its family is revoked, or it is unknown.
    GrantRevoked,
}

/// The ordinary refresh: everything that the grant gives, for the client that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewal {
    /// The hash of the presented token.
    pub hash: TokenHash,
    /// The hash of its successor.
    pub successor: TokenHash,
    /// Who presents it.
    pub client_id: String,
    /// The end of the successor by idleness, if its family lives that long.
    pub expires_at: Timestamp,
    /// A session that was not seen since then has ended.
    pub seen_since: Timestamp,
    /// The present moment.
    pub now: Timestamp,
}

/// One page of a list, by the key of the last entry of the page before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Only entries that contain this, whatever its case; empty: all.
    pub search: String,
    /// The last key of the previous page: a username, or [`Page::client_key`].
    pub after: Option<String>,
    /// The most entries.
    pub limit: i64,
}

impl Page {
    /// The key of a client in a list, which is ordered by name and then by id.
    pub fn client_key(client: &Client) -> String {
        format!("{}\n{}", client.name, client.client_id)
    }
}

/// Which audit events to read. Empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only about this user.
    pub subject: Option<String>,
    /// Only about this client.
    pub client_id: Option<String>,
    /// Only since this moment.
    pub since: Option<Timestamp>,
}

/// What is sealed with the master key and outlives a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// The private halves of the published signing keys, by their `kid`.
    pub signing_keys: Vec<(String, Vec<u8>)>,
    /// The secrets of clients that must be had back, by their id.
    pub client_secrets: Vec<(Uuid, Vec<u8>)>,
    /// What the notices about authentication requests carry, by the request's id: as it was read, and anew.
    pub notices: Vec<(Uuid, Vec<u8>, Vec<u8>)>,
    /// Values of the server's own, by name.
    pub settings: Vec<(&'static str, String)>,
}
