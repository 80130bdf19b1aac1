//! JOSE: signing keys, signatures, encryption, and the public key set. The only place that knows josekit. Which RFC is in which file: the index
//! in [`crate::spec`].

pub mod algorithm;
pub mod client_keys;
pub mod compact;
pub mod embedded;
pub mod jwe;
pub mod jwks;
pub mod keys;
mod p256;
pub mod possession;
pub mod rotation;
pub mod sign;
pub mod thumbprint;
pub mod unsecured;
pub mod verify;

pub use algorithm::{Algorithm, half_hash};
pub use client_keys::{ClientKeys, Signed};
pub use keys::{KeyKind, KeyPair, KeySet, SealedPair};
pub use sign::Signer;
pub use thumbprint::thumbprint;
pub use verify::{Expect, Expiry, Typ};

/// Why a key or a token is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// The token is not a compact JWS of the strict form.
    #[error("malformed token: {0}")]
    Malformed(&'static str),
    /// The `kid` names none of the keys that its issuer has published.
    #[error("the token names no published key of its issuer")]
    UnknownKey,
    /// The `alg` is not the key's.
    #[error("the token's algorithm is not that of its key")]
    Algorithm,
    /// The signature does not match.
    #[error("the signature does not match")]
    Signature,
    /// The token cannot be decrypted with our keys.
    #[error("the token cannot be decrypted")]
    Decryption,
    /// There is no key of the recipient to encrypt to.
    #[error("the recipient has no key for this encryption")]
    Recipient,
    /// A claim or the `typ` is not what was expected.
    #[error("wrong {0}")]
    Unexpected(&'static str),
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
    /// A key could not be made, read or used: our own trouble, not the caller's.
    #[error("{0}")]
    Key(String),
}
