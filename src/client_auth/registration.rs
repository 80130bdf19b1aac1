//! What a client that registers a method must bring for it: RFC 7591 §2, RFC 8705 §2.1.2 and §2.2.2. Which methods its profile leaves is
//! asked before, in `spec::client_metadata`.

use super::certificate::{LONGEST_NAME, distinguished_name};
use crate::jose::client_keys::ClientKeys;
use crate::model::client::protocol::ProtocolMetadata;
use crate::model::client::{AuthMethod, ClientMetadata};
use crate::spec::client_metadata::Problem;
use crate::spec::signing_algorithm::{OF_CLIENTS, leaves};

/// Every problem at once.
pub fn check(metadata: &ClientMetadata) -> Vec<Problem> {
    let mut problems = Vec::new();
    check_keys(&metadata.protocol, &mut problems);
    check_method(metadata, &mut problems);
    check_algorithm(metadata, &mut problems);
    problems
}

/// RFC 7591 §2: "The jwks_uri and jwks parameters MUST NOT both be present". RFC 7517 §5: the set is one of public keys that authy can use,
/// whoever brings it.
fn check_keys(protocol: &ProtocolMetadata, problems: &mut Vec<Problem>) {
    if protocol.jwks.is_some() && protocol.jwks_uri.is_some() {
        problems.push(Problem::new("jwks", "there is a jwks_uri as well", "keep one of the two"));
    }
    if let Some(Err(error)) = protocol.jwks.as_ref().map(ClientKeys::registered) {
        let mend = "give the public keys as a JSON Web Key Set: RSA of 2048 bits or more, P-256 or Ed25519, each with a kid of its own";
        problems.push(Problem::new("jwks", error.to_string(), mend));
    }
}

fn check_method(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let (protocol, field) = (&metadata.protocol, "token_endpoint_auth_method");
    let has_keys = protocol.has_keys();
    match metadata.auth_method {
        Some(AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth) if !has_keys => {
            problems.push(Problem::new(field, "the method needs the client's keys", "give jwks (--jwks-file) or jwks_uri (--jwks-uri)"));
        }
        Some(AuthMethod::TlsClientAuth) if certificate_names(protocol) != 1 => {
            let mend = "give exactly one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip and _san_email (RFC 8705 §2.1.2)";
            problems.push(Problem::new(field, "the method needs one name of the client's certificate", mend));
        }
        _ => {}
    }
    if protocol.tls_client_auth_subject_dn.as_deref().is_some_and(|name| distinguished_name(name).is_none_or(|name| name.is_empty())) {
        let mend = "write it as RFC 4514 does: CN=client.example.com,O=Example,C=GB";
        problems.push(Problem::new("tls_client_auth_subject_dn", "it is not a distinguished name", mend));
    }
    for (field, name) in [
        ("tls_client_auth_san_dns", &protocol.tls_client_auth_san_dns),
        ("tls_client_auth_san_uri", &protocol.tls_client_auth_san_uri),
        ("tls_client_auth_san_email", &protocol.tls_client_auth_san_email),
    ] {
        if name.as_deref().is_some_and(|name| name.trim().is_empty() || name.len() > LONGEST_NAME) {
            problems.push(Problem::new(
                field,
                "it is empty or too long",
                "write the name as it stands in the certificate, up to 2000 bytes",
            ));
        }
    }
    if protocol.tls_client_auth_san_ip.as_deref().is_some_and(|text| text.parse::<std::net::IpAddr>().is_err()) {
        problems.push(Problem::new("tls_client_auth_san_ip", "it is not an IP address", "write it like 192.0.2.1 or 2001:db8::1"));
    }
}

fn certificate_names(protocol: &ProtocolMetadata) -> usize {
    let names = [
        &protocol.tls_client_auth_subject_dn,
        &protocol.tls_client_auth_san_dns,
        &protocol.tls_client_auth_san_uri,
        &protocol.tls_client_auth_san_ip,
        &protocol.tls_client_auth_san_email,
    ];
    names.into_iter().flatten().count()
}

/// OIDC Registration §2: `none` is never among them.
fn check_algorithm(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let Some(algorithm) = metadata.protocol.token_endpoint_auth_signing_alg.as_deref() else { return };
    let allowed: Vec<&str> = match metadata.auth_method {
        Some(AuthMethod::ClientSecretJwt) => vec!["HS256"],
        _ => OF_CLIENTS.iter().copied().filter(|name| leaves(metadata.profile, name)).collect(),
    };
    if !allowed.contains(&algorithm) {
        let mend = format!("use one of: {}", allowed.join(", "));
        problems.push(Problem::new("token_endpoint_auth_signing_alg", format!("{algorithm:?} is not taken from this client"), mend));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::Profile;
    use serde_json::json;

    fn fields(method: AuthMethod, profile: Profile, members: serde_json::Value) -> Vec<&'static str> {
        let protocol = serde_json::from_value(members).unwrap();
        let metadata = ClientMetadata { auth_method: Some(method), profile, protocol, ..ClientMetadata::default() };
        check(&metadata).into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn each_method_needs_what_it_is_proved_with() {
        use AuthMethod::{ClientSecretJwt, PrivateKeyJwt, SelfSignedTlsClientAuth, TlsClientAuth};
        let plain = Profile::Oauth21;
        let method = ["token_endpoint_auth_method"];
        for keyed in [PrivateKeyJwt, SelfSignedTlsClientAuth] {
            assert_eq!(fields(keyed, plain, json!({})), method);
            assert!(fields(keyed, plain, json!({ "jwks_uri": "https://rp.example/jwks" })).is_empty());
        }
        assert_eq!(fields(TlsClientAuth, plain, json!({})), method);
        assert!(fields(TlsClientAuth, plain, json!({ "tls_client_auth_san_dns": "rp.example" })).is_empty());
        assert_eq!(
            fields(TlsClientAuth, plain, json!({ "tls_client_auth_san_dns": "rp.example", "tls_client_auth_san_ip": "10.0.0.1" })),
            method
        );
        assert_eq!(fields(TlsClientAuth, plain, json!({ "tls_client_auth_subject_dn": "nobody" })), ["tls_client_auth_subject_dn"]);
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "oth": [] });
        for set in [json!({ "keys": [] }), json!({ "keys": ["x"] }), json!({ "kty": "EC" }), json!("x"), json!({ "keys": [key] })] {
            assert_eq!(fields(ClientSecretJwt, plain, json!({ "jwks": set })), ["jwks"], "{set}");
        }
        let both = json!({ "jwks_uri": "https://rp.example/jwks", "jwks": { "keys": [{ "kty": "EC", "d": "x" }] } });
        assert_eq!(fields(PrivateKeyJwt, plain, both), ["jwks", "jwks"], "each problem of it");
        assert_eq!(
            fields(ClientSecretJwt, plain, json!({ "token_endpoint_auth_signing_alg": "ES256" })),
            ["token_endpoint_auth_signing_alg"]
        );
        let keys = json!({ "jwks_uri": "https://rp.example/jwks", "token_endpoint_auth_signing_alg": "RS256" });
        assert!(fields(PrivateKeyJwt, plain, keys.clone()).is_empty());
        assert_eq!(fields(PrivateKeyJwt, Profile::Fapi2, keys), ["token_endpoint_auth_signing_alg"]);
    }
}
