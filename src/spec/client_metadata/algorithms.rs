//! Members that name an algorithm, and what each may name: RFC 7591 §2, OIDC Registration §2, JARM §3, RFC 9701 §6, CIBA Core §4. What a
//! profile leaves of signatures is in [`crate::spec::signing_algorithm`].

use super::{ENCRYPTION_ALGORITHMS, ENCRYPTION_METHODS, Problem, SIGNING_ALGORITHMS};
use crate::model::client::ClientMetadata;
use crate::spec::signing_algorithm::{OF_CLIENTS, leaves};

/// What signs a request object; the profile and `require_signed_request_object` leave no room for `none`.
const OF_REQUEST_OBJECTS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA", "Ed25519", "none"];
/// What signs an assertion; which of them is left by the method is for client authentication to say.
const OF_ASSERTIONS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA", "Ed25519", "HS256"];
/// What authy has keys of its own for.
const TO_US: &[&str] = &["RSA-OAEP-256", "ECDH-ES"];

/// A member, and what it may name. Each has one row, so that no two rules speak of what it names.
struct Member {
    name: &'static str,
    value: fn(&ClientMetadata) -> Option<&str>,
    allowed: &'static [&'static str],
    /// Whether it names a signature, of which a profile may leave fewer.
    signs: bool,
}

const fn signature(name: &'static str, value: fn(&ClientMetadata) -> Option<&str>, allowed: &'static [&'static str]) -> Member {
    Member { name, value, allowed, signs: true }
}

const fn encryption(name: &'static str, value: fn(&ClientMetadata) -> Option<&str>, allowed: &'static [&'static str]) -> Member {
    Member { name, value, allowed, signs: false }
}

/// A row of a member of `ProtocolMetadata`, by its name.
macro_rules! row {
    ($kind:ident $name:ident $allowed:ident) => {
        $kind(stringify!($name), |metadata| metadata.protocol.$name.as_deref(), $allowed)
    };
}

const MEMBERS: &[Member] = &[
    signature("id_token_signed_response_alg", |metadata| metadata.id_token_signed_response_alg.as_deref(), SIGNING_ALGORITHMS),
    signature("userinfo_signed_response_alg", |metadata| metadata.userinfo_signed_response_alg.as_deref(), SIGNING_ALGORITHMS),
    row!(signature token_endpoint_auth_signing_alg OF_ASSERTIONS),
    row!(signature request_object_signing_alg OF_REQUEST_OBJECTS),
    row!(signature authorization_signed_response_alg SIGNING_ALGORITHMS),
    row!(signature introspection_signed_response_alg SIGNING_ALGORITHMS),
    row!(signature backchannel_authentication_request_signing_alg OF_CLIENTS),
    row!(encryption id_token_encrypted_response_alg ENCRYPTION_ALGORITHMS),
    row!(encryption id_token_encrypted_response_enc ENCRYPTION_METHODS),
    row!(encryption userinfo_encrypted_response_alg ENCRYPTION_ALGORITHMS),
    row!(encryption userinfo_encrypted_response_enc ENCRYPTION_METHODS),
    row!(encryption introspection_encrypted_response_alg ENCRYPTION_ALGORITHMS),
    row!(encryption introspection_encrypted_response_enc ENCRYPTION_METHODS),
    row!(encryption authorization_encrypted_response_alg ENCRYPTION_ALGORITHMS),
    row!(encryption authorization_encrypted_response_enc ENCRYPTION_METHODS),
    row!(encryption request_object_encryption_alg TO_US),
    row!(encryption request_object_encryption_enc ENCRYPTION_METHODS),
];

/// What a member that names an algorithm may name, before any profile is looked at.
pub fn may_name(member: &str) -> &'static [&'static str] {
    MEMBERS.iter().find(|row| row.name == member).map_or(&[], |row| row.allowed)
}

/// Every member that names what it may not name.
pub(super) fn check(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    for member in MEMBERS {
        let Some(named) = (member.value)(metadata) else { continue };
        let left: Vec<&str> = member.allowed.iter().copied().filter(|name| !member.signs || leaves(metadata.profile, name)).collect();
        if left.contains(&named) {
            continue;
        }
        let problem = match member.allowed.contains(&named) {
            true => format!("{named:?} is not for clients on the profile {}", metadata.profile.as_str()),
            false => format!("{named:?} is not supported"),
        };
        problems.push(Problem::new(member.name, problem, format!("use one of: {}", left.join(", "))));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::client::Profile;
    use crate::model::client::protocol::ProtocolMetadata;

    #[test]
    fn every_member_that_names_an_algorithm_is_in_the_table_once() {
        let rows: Vec<&str> = MEMBERS.iter().map(|member| member.name).collect();
        let once: BTreeSet<&str> = rows.iter().copied().collect();
        assert_eq!(rows.len(), once.len(), "two rows for one member");
        let named = ProtocolMetadata::MEMBERS.iter().copied().filter(|name| name.ends_with("_alg") || name.ends_with("_enc"));
        let missing: Vec<&str> = named.filter(|name| !once.contains(name)).collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn what_clients_sign_with_is_taken_of_assertions_and_request_objects() {
        for name in OF_CLIENTS {
            assert!(OF_ASSERTIONS.contains(name) && OF_REQUEST_OBJECTS.contains(name), "{name}");
        }
    }

    fn told(profile: Profile, member: &str, algorithm: &str) -> Vec<String> {
        let mut metadata = ClientMetadata { profile, ..ClientMetadata::default() };
        match member {
            "id_token_signed_response_alg" => metadata.id_token_signed_response_alg = Some(algorithm.to_owned()),
            "userinfo_signed_response_alg" => metadata.userinfo_signed_response_alg = Some(algorithm.to_owned()),
            _ => metadata.protocol.set(member, algorithm.into()).unwrap(),
        }
        let mut problems = Vec::new();
        check(&metadata, &mut problems);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_may_name_what_is_in_its_row_and_one_problem_tells_of_what_is_not() {
        for member in MEMBERS {
            for profile in Profile::ALL {
                for algorithm in member.allowed.iter().chain(&["HS512"]) {
                    let good = member.allowed.contains(algorithm) && (!member.signs || leaves(profile, algorithm));
                    assert_eq!(told(profile, member.name, algorithm).len(), usize::from(!good), "{} {algorithm} {profile:?}", member.name);
                }
            }
        }
        assert_eq!(
            told(Profile::Fapi1, "request_object_signing_alg", "EdDSA"),
            ["request_object_signing_alg: \"EdDSA\" is not for clients on the profile fapi1; use one of: PS256, ES256"]
        );
    }
}
