//! What signs, under which names, and what a profile leaves of it: RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2, FAPI 2.0 Security Profile §5.4.1,
//! FAPI 1.0 Advanced §8.6. Whoever asks whether a signature is good enough for a client, its own or ours for it, asks here.

use std::fmt;

use crate::model::client::Profile;

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

    /// The `alg` value (RFC 7518 §3.1, RFC 8037 §3.1).
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
        Self::parse(usual(name))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name by which authy knows the algorithm that a client names. RFC 9864 §2.2, §4.1.2: `EdDSA` says less than it should; today's libraries
/// sign under `Ed25519`, and mean the same.
pub fn usual(name: &str) -> &str {
    if name == "Ed25519" { "EdDSA" } else { name }
}

/// What clients may sign with, under every name.
pub const OF_CLIENTS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

/// The signatures that a profile leaves: of assertions, requests and proofs of its clients, and of what authy signs for them.
pub const fn left_by(profile: Profile) -> &'static [Algorithm] {
    match profile {
        Profile::Oauth21 | Profile::Legacy => &Algorithm::ALL,
        // FAPI 2.0 Security Profile §5.4.1: "PS256, ES256, or EdDSA (using the Ed25519 variant)".
        Profile::Fapi2 => &[Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA],
        // FAPI 1.0 Advanced §8.6: "shall use PS256 or ES256 algorithms".
        Profile::Fapi1 => &[Algorithm::PS256, Algorithm::ES256],
    }
}

/// Whether a profile leaves what goes by that name. `none` and shared secrets are no signatures of a key: FAPI 1.0 Advanced §8.6 and FAPI 2.0
/// Security Profile §5.4.1 leave neither; elsewhere the member that names one says whether it may.
pub fn leaves(profile: Profile, name: &str) -> bool {
    Algorithm::of_client(name).map_or(!profile.is_fapi(), |algorithm| left_by(profile).contains(&algorithm))
}

/// What is taken of a client: the only algorithm that it registered, if its profile leaves that; without one all that are left.
pub fn taken(profile: Profile, registered: Option<&str>) -> &'static [Algorithm] {
    let left = left_by(profile);
    let Some(only) = registered else { return left };
    left.chunks(1).find(|one| one.iter().any(|algorithm| Algorithm::of_client(only) == Some(*algorithm))).unwrap_or_default()
}

/// What authy signs for a client with: the algorithm that it registered, if its profile leaves that; else the default.
pub fn given(profile: Profile, registered: Option<&str>) -> Algorithm {
    let chosen = registered.and_then(Algorithm::parse).filter(|algorithm| left_by(profile).contains(algorithm));
    chosen.unwrap_or(default_of(profile))
}

/// OIDC Registration §2: RS256, which every relying party knows. The FAPI profiles do not leave that; whoever has RSA keys knows PS256.
pub const fn default_of(profile: Profile) -> Algorithm {
    if profile.is_fapi() { Algorithm::PS256 } else { Algorithm::RS256 }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn ed25519_is_eddsa_and_every_other_name_is_only_itself() {
        assert_eq!(usual("Ed25519"), "EdDSA");
        for name in ["EdDSA", "ed25519", "Ed25519 ", "Ed448", "ES256", "none", ""] {
            assert_eq!(usual(name), name);
        }
    }

    /// FAPI 2.0 Security Profile §5.4.1, FAPI 1.0 Advanced §8.6.
    #[test]
    fn each_profile_leaves_what_its_specification_lists() {
        for (profile, left) in [
            (Profile::Oauth21, &["RS256", "PS256", "ES256", "EdDSA"][..]),
            (Profile::Legacy, &["RS256", "PS256", "ES256", "EdDSA"][..]),
            (Profile::Fapi2, &["PS256", "ES256", "EdDSA"][..]),
            (Profile::Fapi1, &["PS256", "ES256"][..]),
        ] {
            let names: Vec<&str> = left_by(profile).iter().map(|algorithm| algorithm.as_str()).collect();
            assert_eq!(names, left, "{profile:?}");
            for name in OF_CLIENTS {
                assert_eq!(leaves(profile, name), left.contains(&usual(name)), "{profile:?} {name}");
            }
            for name in ["none", "HS256"] {
                assert_eq!(leaves(profile, name), !profile.is_fapi(), "{profile:?} {name}");
            }
            assert!(left_by(profile).contains(&default_of(profile)), "{profile:?}");
        }
    }

    #[test]
    fn what_is_registered_counts_as_far_as_the_profile_leaves_it() {
        for profile in Profile::ALL {
            assert_eq!((taken(profile, None), given(profile, None)), (left_by(profile), default_of(profile)));
            for name in OF_CLIENTS.iter().chain(&["HS256", "none"]) {
                let known = Algorithm::of_client(name).filter(|algorithm| left_by(profile).contains(algorithm));
                assert_eq!(taken(profile, Some(name)), known.as_slice(), "{profile:?} {name}");
                // Of ours the name is the one that discovery has.
                let ours = known.filter(|algorithm| algorithm.as_str() == *name);
                assert_eq!(given(profile, Some(name)), ours.unwrap_or(default_of(profile)), "{profile:?} {name}");
            }
        }
        assert_eq!((given(Profile::Fapi1, Some("EdDSA")), given(Profile::Fapi2, Some("RS256"))), (Algorithm::PS256, Algorithm::PS256));
        assert_eq!((given(Profile::Oauth21, None), given(Profile::Fapi2, Some("EdDSA"))), (Algorithm::RS256, Algorithm::EdDSA));
    }
}
