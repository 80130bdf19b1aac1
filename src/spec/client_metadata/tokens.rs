//! What a client registers about its tokens: what encryption needs (OIDC Registration §2, RFC 9701 §6, JARM §3) and subjects (OIDC Core §8).
//! Algorithms are in `algorithms`.

use super::Problem;
use crate::model::client::ClientMetadata;
use crate::spec::prompt::ACR_VALUES;
use crate::spec::subject::{self, SUBJECT_TYPES};

/// Every rule about tokens.
pub(super) fn check(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    check_encryption(metadata, problems);
    check_subjects(metadata, problems);
}

fn check_encryption(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let protocol = &metadata.protocol;
    let has_keys = protocol.has_keys();
    let pairs = [
        (
            ("id_token_encrypted_response_alg", &protocol.id_token_encrypted_response_alg),
            ("id_token_encrypted_response_enc", &protocol.id_token_encrypted_response_enc),
        ),
        (
            ("userinfo_encrypted_response_alg", &protocol.userinfo_encrypted_response_alg),
            ("userinfo_encrypted_response_enc", &protocol.userinfo_encrypted_response_enc),
        ),
        (
            ("introspection_encrypted_response_alg", &protocol.introspection_encrypted_response_alg),
            ("introspection_encrypted_response_enc", &protocol.introspection_encrypted_response_enc),
        ),
        (
            ("authorization_encrypted_response_alg", &protocol.authorization_encrypted_response_alg),
            ("authorization_encrypted_response_enc", &protocol.authorization_encrypted_response_enc),
        ),
    ];
    for ((alg_name, alg), (enc_name, enc)) in pairs {
        if enc.is_some() && alg.is_none() {
            problems.push(Problem::new(enc_name, format!("it says how to encrypt, but {alg_name} is missing"), "give both, or neither"));
        }
        if alg.is_some() && !has_keys {
            let mend = "give jwks or jwks_uri, with a key for encryption";
            problems.push(Problem::new(alg_name, "there is no key of the client to encrypt to", mend));
        }
    }
}

fn check_subjects(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let kind = metadata.protocol.subject_type.as_deref();
    if let Some(kind) = kind.filter(|kind| !SUBJECT_TYPES.contains(kind)) {
        problems.push(Problem::new(
            "subject_type",
            format!("{kind:?} is not supported"),
            format!("use one of: {}", SUBJECT_TYPES.join(", ")),
        ));
    }
    if let Some(acr) = metadata.protocol.default_acr_values.iter().find(|acr| !ACR_VALUES.contains(&acr.as_str())) {
        let mend = format!("use some of: {}", ACR_VALUES.join(", "));
        problems.push(Problem::new("default_acr_values", format!("no sign-in here is {acr:?}"), mend));
    }
    if kind == Some("pairwise") && !subject::has_one_sector(metadata) {
        problems.push(Problem::new(
            "sector_identifier_uri",
            "the redirect URIs have several hosts, and it is missing",
            "put a JSON array of all redirect URIs at an https URL and name it (OpenID Connect Core section 8.1)",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;
    use serde_json::json;

    fn problems(adjust: impl FnOnce(&mut ClientMetadata)) -> Vec<&'static str> {
        let mut metadata = client().metadata;
        adjust(&mut metadata);
        let mut problems = Vec::new();
        check(&metadata, &mut problems);
        problems.iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn encryption_needs_an_algorithm_and_a_key() {
        let keys = json!({"keys": []});
        assert!(
            problems(|metadata| {
                metadata.protocol.jwks = Some(keys.clone());
                metadata.protocol.id_token_encrypted_response_alg = Some("ECDH-ES".to_owned());
            })
            .is_empty()
        );
        let without_key = problems(|metadata| metadata.protocol.userinfo_encrypted_response_alg = Some("RSA-OAEP-256".to_owned()));
        assert_eq!(without_key, ["userinfo_encrypted_response_alg"]);
        let half = problems(|metadata| {
            metadata.protocol.jwks = Some(keys);
            metadata.protocol.authorization_encrypted_response_enc = Some("A256GCM".to_owned());
        });
        assert_eq!(half, ["authorization_encrypted_response_enc"]);
    }

    #[test]
    fn pairwise_needs_one_sector() {
        let pairwise = problems(|metadata| {
            metadata.redirect_uris.push("https://other.example/cb".to_owned());
            metadata.protocol.subject_type = Some("pairwise".to_owned());
        });
        assert_eq!(pairwise, ["sector_identifier_uri"]);
        assert_eq!(problems(|metadata| metadata.protocol.subject_type = Some("secret".to_owned())), ["subject_type"]);
    }
}
