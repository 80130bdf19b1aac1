//! Certificates of clients: whoever reaches the mutual-TLS listener sends one, and whoever registers names one.

use authy::client_auth::certificate::{Identity, distinguished_name, ends};
use authy::client_auth::mtls::{is_registered, names_client};
use authy::jose::client_keys::ClientKeys;
use authy::model::client::protocol::ProtocolMetadata;
use authy::spec::certificate::ClientCertificate;
use serde_json::{Value, json};

use super::text;

/// RFC 5280 §4.1, RFC 8705 §2: the first line is what a client registered, as a name or as a key set; the rest is a certificate in DER.
pub fn certificate(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (line, rest) = data.split_at(at);
    let (name, der) = (text(line), rest.get(1..).unwrap_or_default());
    let is_name = distinguished_name(&name).is_some_and(|name| !name.is_empty());
    let _ = (ends(der), ends(data));
    let Ok(identity) = Identity::read(der) else { return };
    assert!(is_name || !identity.has_subject(&name), "what is no name is nobody's");
    registered(&identity, &name);
    let certificate = ClientCertificate::new(der.to_vec(), Vec::new());
    if let Some(keys) = serde_json::from_str::<Value>(&name).ok().and_then(|set| ClientKeys::fetched(&set).ok()) {
        let _ = is_registered(&certificate, &identity, &keys);
    }
    let by_thumbprint = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "x5t#S256": certificate.thumbprint() }] });
    let keys = ClientKeys::fetched(&by_thumbprint).expect("a key set");
    assert!(is_registered(&certificate, &identity, &keys), "a certificate is the one of its thumbprint");
    let other = ClientCertificate::new([der, b"\0"].concat(), Vec::new());
    assert!(!is_registered(&other, &identity, &keys), "and no other is");
}

/// RFC 8705 §2.1.2: each of the names that a client may register, with whatever text.
fn registered(identity: &Identity, name: &str) {
    let some = || Some(name.to_owned());
    let nothing = ProtocolMetadata::default;
    assert!(names_client(identity, &nothing()).is_err(), "a client that registered no name has no certificate");
    for registered in [
        ProtocolMetadata { tls_client_auth_subject_dn: some(), ..nothing() },
        ProtocolMetadata { tls_client_auth_san_dns: some(), ..nothing() },
        ProtocolMetadata { tls_client_auth_san_uri: some(), ..nothing() },
        ProtocolMetadata { tls_client_auth_san_ip: some(), ..nothing() },
        ProtocolMetadata { tls_client_auth_san_email: some(), ..nothing() },
    ] {
        let _ = names_client(identity, &registered);
    }
}
