//! A registered resource (RFC 8707): an API that takes authy's access tokens.

use crate::clock::Timestamp;

/// A resource server's identity and what its tokens look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The absolute URI that clients name in `resource` and that becomes `aud`.
    pub uri: String,
    /// For people.
    pub name: String,
    /// Scopes that a token for it may have, besides those of OpenID Connect; empty: any scope of the client.
    pub scopes: Vec<String>,
    /// `ES256` unless it says otherwise.
    pub signing_algorithm: String,
    /// Seconds; the client's or the server's setting when absent.
    pub access_token_lifetime: Option<u64>,
    /// Clients that may introspect its tokens (RFC 7662).
    pub introspection_clients: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}
