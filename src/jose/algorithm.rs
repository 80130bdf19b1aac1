//! The hash that a signature algorithm brings along: OIDC Core §3.1.3.6. Which algorithms there are, and who may use them, is said in
//! [`crate::spec::signing_algorithm`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256, Sha512};

pub use crate::spec::signing_algorithm::Algorithm;

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
}
