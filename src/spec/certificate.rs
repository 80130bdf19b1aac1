//! The certificate of a client: RFC 8705 §3.1. What it says is read elsewhere; here it is a name for the key that made the handshake.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// A certificate whose private key the client has shown to hold: in the handshake, or to a proxy that the operator trusts.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    der: Vec<u8>,
    chain: Vec<Vec<u8>>,
}

impl ClientCertificate {
    /// From DER, and the DER of the authorities that the client sent along.
    pub const fn new(der: Vec<u8>, chain: Vec<Vec<u8>>) -> Self {
        Self { der, chain }
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The authorities that the client sent along, in DER, the nearest first.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// `x5t#S256`, RFC 8705 §3.1: "the base64url-encoded SHA-256 hash … of the DER encoding of the X.509 certificate".
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.der))
    }
}

/// Names of people may stand in a certificate.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({})", self.thumbprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_the_hash_of_the_der() {
        let certificate = ClientCertificate::new(b"abc".to_vec(), Vec::new());
        assert_eq!(certificate.thumbprint(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
