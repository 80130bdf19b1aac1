//! Mutual TLS: `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705 §2). The handshake has shown that the client holds the key of
//! its certificate; here the certificate is held against the registration.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::certificate::Identity;
use super::none::name_alone;
use super::{Method, Presented, Proof, Reading};
use crate::jose::ClientKeys;
use crate::model::client::AuthMethod;
use crate::model::client::protocol::ProtocolMetadata;
use crate::spec::certificate::ClientCertificate;
use crate::spec::error::Refusal;

/// `tls_client_auth`.
#[derive(Debug)]
pub struct TlsClientAuth;

impl Method for TlsClientAuth {
    fn method(&self) -> AuthMethod {
        AuthMethod::TlsClientAuth
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal> {
        Ok(read(presented))
    }
}

/// `self_signed_tls_client_auth`.
#[derive(Debug)]
pub struct SelfSignedTlsClientAuth;

impl Method for SelfSignedTlsClientAuth {
    fn method(&self) -> AuthMethod {
        AuthMethod::SelfSignedTlsClientAuth
    }

    fn read(&self, presented: &Presented<'_>) -> Result<Option<Vec<Reading>>, Refusal> {
        Ok(read(presented))
    }
}

/// RFC 8705 §2: "all requests … MUST include the client_id parameter".
fn read(presented: &Presented<'_>) -> Option<Vec<Reading>> {
    presented.credentials.certificate.as_ref()?;
    name_alone(presented).map(|client_id| vec![Reading { client_id: client_id.to_owned(), proof: Proof::Certificate }])
}

/// RFC 8705 §2.1.2: the one name that the client registered must be in the certificate.
///
/// # Errors
/// Which one is not.
pub fn names_client(identity: &Identity, registered: &ProtocolMetadata) -> Result<(), &'static str> {
    let fits = if let Some(name) = &registered.tls_client_auth_subject_dn {
        (identity.has_subject(name), "the certificate has another subject")
    } else if let Some(name) = &registered.tls_client_auth_san_dns {
        (identity.dns.contains(&name.to_ascii_lowercase()), "the certificate has not the registered dNSName")
    } else if let Some(uri) = &registered.tls_client_auth_san_uri {
        (identity.uris.contains(uri), "the certificate has not the registered URI")
    } else if let Some(text) = &registered.tls_client_auth_san_ip {
        let address = text.parse::<IpAddr>().ok();
        (address.is_some_and(|address| identity.addresses.contains(&address)), "the certificate has not the registered iPAddress")
    } else if let Some(address) = &registered.tls_client_auth_san_email {
        (identity.emails.contains(address), "the certificate has not the registered rfc822Name")
    } else {
        (false, "the client has registered no name of its certificate")
    };
    if fits.0 { Ok(()) } else { Err(fits.1) }
}

/// RFC 8705 §2.2: the certificate itself (`x5c`, `x5t#S256`) or its key is among those that the client registered.
pub fn is_registered(certificate: &ClientCertificate, identity: &Identity, keys: &ClientKeys) -> bool {
    keys.iter().any(|key| matches_key(certificate, identity, key.jwk()))
}

/// A JWK that came with `x5c` names a certificate, by its thumbprint; one without is the key of any certificate.
fn matches_key(certificate: &ClientCertificate, identity: &Identity, jwk: &Map<String, Value>) -> bool {
    if let Some(thumbprint) = jwk.get("x5t#S256").and_then(Value::as_str) {
        return thumbprint == certificate.thumbprint();
    }
    identity.has_key(jwk)
}
