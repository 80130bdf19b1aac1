//! A person who can sign in.

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::secret::Secret;

/// A person: the End-User of OIDC Core §1.2.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// `sub`: 20 characters, never reused.
    pub subject: String,
    /// Lower case, unique; what people type at sign-in, and `preferred_username`.
    pub username: String,
    /// Lower case, unique when present; also accepted at sign-in.
    pub email: Option<String>,
    /// True only when it was verified.
    pub email_verified: bool,
    /// `name`.
    pub name: Option<String>,
    /// The other claims, by their OIDC Core §5.1 names, and custom ones.
    pub claims: Map<String, Value>,
    /// Names of the groups the user is in, sorted.
    pub groups: Vec<String>,
    /// May use `/admin`.
    pub admin: bool,
    /// When an administrator locked the account.
    pub locked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// `updated_at`.
    pub updated_at: Timestamp,
}

impl User {
    /// Whether the account may be used at all.
    pub const fn is_active(&self) -> bool {
        self.locked_at.is_none()
    }
}

/// A user's password, as a hash in PHC or modular-crypt form.
#[derive(Clone, Debug, PartialEq)]
pub struct Password {
    /// bcrypt, or `$bcrypt-sha256$` for long passwords.
    pub hash: Secret<String>,
    /// When it was set.
    pub changed_at: Timestamp,
}
