//! The signature algorithms authy signs with (RFC 7518 §3.1, RFC 8037 §3.1), and the hash each brings along.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256, Sha512};

use crate::spec::signing_algorithm;

/// A signature algorithm. RS256 and PS256 use RSA keys of 2048 bits, each its own; ES256 uses P-256, EdDSA Ed25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: the one every relying party knows.
    RS256,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

impl Algorithm {
    /// Every algorithm, the default of ID Tokens first.
    pub const ALL: [Self; 4] = [Self::RS256, Self::PS256, Self::ES256, Self::EdDSA];

    /// The `alg` value (RFC 7518 §3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    /// The algorithm of an `alg` value, to the letter. `none` and the symmetric ones are no algorithms of ours (RFC 8725 §3.1).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// The algorithm that a client names, of a signature or a key of its own: `Ed25519` too (RFC 9864 §2.2).
    pub fn of_client(name: &str) -> Option<Self> {
        Self::parse(signing_algorithm::usual(name))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `at_hash` and `c_hash` of a token or code: the left half of the hash that `algorithm` uses, in base64url (OIDC Core §3.1.3.6).
/// Ed25519 hashes with SHA-512 (RFC 8032 §5.1).
pub fn half_hash(algorithm: Algorithm, value: &str) -> String {
    match algorithm {
        Algorithm::EdDSA => URL_SAFE_NO_PAD.encode(left_half(&Sha512::digest(value))),
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => URL_SAFE_NO_PAD.encode(left_half(&Sha256::digest(value))),
    }
}

fn left_half(hash: &[u8]) -> &[u8] {
    hash.split_at(hash.len() / 2).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_and_c_hash_are_those_of_the_openid_connect_core_examples() {
        // OIDC Core §A.3 and §A.4
        assert_eq!(half_hash(Algorithm::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash(Algorithm::RS256, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"), "LDktKdoQak3Pk0cnXxCltA");
        assert_eq!(half_hash(Algorithm::EdDSA, "x").len(), 43);
    }

    #[test]
    fn only_our_algorithms_are_read_and_only_to_the_letter() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.as_str()), Some(algorithm));
        }
        for name in ["none", "None", "HS256", "rs256", "", "RS256 ", "ES256K", "Ed25519"] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
            assert_eq!(Algorithm::of_client(name), (name == "Ed25519").then_some(Algorithm::EdDSA), "{name}");
        }
    }
}
