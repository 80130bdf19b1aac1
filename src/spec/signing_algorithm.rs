//! Two names of one signature: RFC 9864 §2.2, §4.1.2. `EdDSA` says less than it should; today's libraries sign under `Ed25519`, and mean the same.

/// The name by which authy knows the algorithm that a client names.
pub fn usual(name: &str) -> &str {
    if name == "Ed25519" { "EdDSA" } else { name }
}

/// What clients may sign with, under every name.
pub const OF_CLIENTS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ed25519_is_eddsa_and_every_other_name_is_only_itself() {
        assert_eq!(usual("Ed25519"), "EdDSA");
        for name in ["EdDSA", "ed25519", "Ed25519 ", "Ed448", "ES256", "none", ""] {
            assert_eq!(usual(name), name);
        }
    }
}
