//! An authorization request that waits for a person: one per browser tab.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;

/// A checked request under way. Before sign-in it travels sealed in the URL, bound to the pre-session cookie;
/// after sign-in it is kept in the key-value store, bound to the session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// The parameters of the request as they came (form-encoded); they are checked again when it goes on.
    pub request: String,
    /// A sign-in at or after this moment answers `prompt=login` and `max_age`.
    pub started_at: Timestamp,
    /// Whom it is bound to.
    pub bound_to: Binding,
    /// The session the person chose for this request (`prompt=select_account`).
    pub chosen_session: Option<Uuid>,
    /// What a person has agreed to on the page for this very request (`prompt=consent`), if they have: nothing else is given.
    #[serde(default)]
    pub agreed: Option<Agreed>,
}

/// An answer to the question whether a client may have what it asks for: yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The mark of all that the page said.
    pub mark: String,
    /// When.
    pub at: Timestamp,
}

/// The browser a transaction belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Binding {
    /// SHA-256 in hexadecimal of the pre-session cookie.
    Browser(String),
    /// A session that is signed in.
    Session(Uuid),
}
