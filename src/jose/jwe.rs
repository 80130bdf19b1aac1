//! Encrypted tokens: RFC 7516 in the compact form, with the algorithms of RFC 7518 §4 and §5 that authy takes.
//!
//! What leaves is encrypted to a key that the client registered ([`recipient`]); what comes in was encrypted to a key of ours
//! ([`decryption`]). Nothing is ever compressed (RFC 8725 §3.6), no key comes from a password, and no key is shared with the other side.

use std::fmt;

use josekit::jwe::JweContentEncryption;
use josekit::jwe::enc;

use crate::spec::client_metadata::ENCRYPTION_DEFAULT;

pub mod decryption;
pub mod recipient;

pub use recipient::{encrypt, recipient_key};

/// How the content key reaches the recipient: `alg`, RFC 7518 §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyManagement {
    /// RSAES-OAEP with SHA-256.
    RsaOaep256,
    /// Ephemeral key agreement; the agreed key is the content key.
    EcdhEs,
    /// Ephemeral key agreement; the agreed key wraps the content key.
    EcdhEsA128Kw,
    /// Ephemeral key agreement; the agreed key wraps the content key.
    EcdhEsA256Kw,
}

impl KeyManagement {
    /// Every way authy encrypts to others.
    pub const ALL: [Self; 4] = [Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// What authy has keys of its own for: others encrypt to it so. Each key is for exactly one of them (RFC 8725 §3.1).
    pub const OWN: [Self; 2] = [Self::RsaOaep256, Self::EcdhEs];

    /// The `alg` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// To the letter. `dir`, `RSA1_5` and the password-based ones are none of ours.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == name)
    }
}

impl fmt::Display for KeyManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the content is encrypted: `enc`, RFC 7518 §5. Each authenticates what it encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentEncryption {
    /// AES-128 in CBC mode with HMAC-SHA-256: the default of OIDC Registration §2.
    A128CbcHs256,
    /// AES-192 in CBC mode with HMAC-SHA-384.
    A192CbcHs384,
    /// AES-256 in CBC mode with HMAC-SHA-512.
    A256CbcHs512,
    /// AES-128 in GCM.
    A128Gcm,
    /// AES-192 in GCM.
    A192Gcm,
    /// AES-256 in GCM.
    A256Gcm,
}

impl ContentEncryption {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::A128CbcHs256, Self::A192CbcHs384, Self::A256CbcHs512, Self::A128Gcm, Self::A192Gcm, Self::A256Gcm];

    /// The `enc` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A192CbcHs384 => "A192CBC-HS384",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A192Gcm => "A192GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// To the letter.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|enc| enc.as_str() == name)
    }

    fn cipher(self) -> &'static dyn JweContentEncryption {
        match self {
            Self::A128CbcHs256 => &enc::A128CBC_HS256,
            Self::A192CbcHs384 => &enc::A192CBC_HS384,
            Self::A256CbcHs512 => &enc::A256CBC_HS512,
            Self::A128Gcm => &enc::A128GCM,
            Self::A192Gcm => &enc::A192GCM,
            Self::A256Gcm => &enc::A256GCM,
        }
    }
}

/// Both halves of the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// `alg`.
    pub alg: KeyManagement,
    /// `enc`.
    pub enc: ContentEncryption,
}

impl Encryption {
    /// What a client registered as `…_encrypted_response_alg` and `…_enc`: nothing is encrypted without an `alg`, and an `alg` alone
    /// means A128CBC-HS256 (OIDC Registration §2).
    pub fn registered(alg: Option<&str>, enc: Option<&str>) -> Option<Self> {
        let enc = ContentEncryption::parse(enc.unwrap_or(ENCRYPTION_DEFAULT));
        Some(Self { alg: KeyManagement::parse(alg?)?, enc: enc? })
    }
}

/// Whether the text has the five parts of a compact JWE (RFC 7516 §9).
pub fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 4
}

#[cfg(test)]
mod agreement_tests;
#[cfg(test)]
mod tests;
