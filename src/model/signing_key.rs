//! A signing key as it is stored.

use crate::clock::Timestamp;

/// A key pair: the public half in the clear, the private half sealed with the master key.
#[derive(Clone, Debug, PartialEq)]
pub struct SigningKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `RS256`, `PS256`, `ES256`, `EdDSA`. RS256 and PS256 have keys of their own.
    pub algorithm: String,
    /// The public JWK.
    pub public_jwk: serde_json::Value,
    /// The private JWK, sealed.
    pub sealed_private_jwk: Vec<u8>,
    /// When it was made, and so published.
    pub created_at: Timestamp,
    /// From when it signs.
    pub signs_from: Timestamp,
    /// From when it no longer signs; `None` while it is the newest.
    pub signs_until: Option<Timestamp>,
    /// From when it is no longer published.
    pub published_until: Option<Timestamp>,
}
