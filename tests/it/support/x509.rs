//! Certificates for tests: an authority, what it issues, and what vouches for itself.

use std::path::PathBuf;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A certificate and its key.
#[derive(Clone)]
pub struct Certificate {
    certificate: X509,
    key: PKey<Private>,
}

/// Who issues certificates.
pub struct Authority {
    own: Certificate,
    itself: Certificate,
    directory: TempDir,
}

impl Authority {
    /// One for all tests.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Authority> = LazyLock::new(Authority::new);
        &SHARED
    }

    fn new() -> Self {
        let own = Certificate::make("Test authority", None);
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("ca.pem"), own.pem()).expect("a file");
        Self { own, itself: Certificate::make("itself.example", None), directory }
    }

    /// PEM file with the authority's certificate.
    pub fn file(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// A certificate for `CN=name,O=Example` with that `dNSName`.
    pub fn issue(&self, name: &str) -> Certificate {
        Certificate::make(name, Some(&self.own))
    }

    /// A certificate that the authority does not know, always the same.
    pub fn self_signed(&self) -> &Certificate {
        &self.itself
    }

    /// The files of a server's certificate for `localhost`.
    pub fn server(&self) -> (PathBuf, PathBuf) {
        let made = self.issue("localhost");
        let (certificate, key) = (self.directory.path().join("server.pem"), self.directory.path().join("server.key"));
        std::fs::write(&certificate, made.pem()).expect("a file");
        std::fs::write(&key, made.key.private_key_to_pem_pkcs8().expect("PEM")).expect("a file");
        (certificate, key)
    }
}

impl Certificate {
    fn make(name: &str, issuer: Option<&Certificate>) -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
        let key = PKey::from_ec_key(EcKey::generate(&group).expect("a key")).expect("a key");
        let mut subject = X509Name::builder().expect("a name");
        subject.append_entry_by_nid(Nid::ORGANIZATIONNAME, "Example").expect("a name");
        subject.append_entry_by_nid(Nid::COMMONNAME, name).expect("a name");
        let subject = subject.build();
        let mut builder = X509Builder::new().expect("a builder");
        builder.set_version(2).expect("a version");
        let mut serial = BigNum::new().expect("a number");
        serial.rand(64, openssl::bn::MsbOption::ONE, false).expect("a number");
        builder.set_serial_number(&Asn1Integer::from_bn(&serial).expect("a number")).expect("a number");
        builder.set_not_before(&Asn1Time::from_unix(1_600_000_000).expect("a time")).expect("a time");
        builder.set_not_after(&Asn1Time::from_unix(2_000_000_000).expect("a time")).expect("a time");
        builder.set_pubkey(&key).expect("a key");
        builder.set_subject_name(&subject).expect("a name");
        let by = issuer.map_or(&subject as &openssl::x509::X509NameRef, |issuer| issuer.certificate.subject_name());
        builder.set_issuer_name(by).expect("a name");
        if issuer.is_none() {
            builder.append_extension(BasicConstraints::new().critical().ca().build().expect("an extension")).expect("an extension");
        } else {
            let names = SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None)).expect("an extension");
            builder.append_extension(names).expect("an extension");
        }
        builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256()).expect("a signature");
        Self { certificate: builder.build(), key }
    }

    pub fn der(&self) -> Vec<u8> {
        self.certificate.to_der().expect("DER")
    }

    pub fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().expect("PEM")
    }

    /// For a client that shows it.
    pub fn identity(&self) -> reqwest::Identity {
        let key = self.key.private_key_to_pem_pkcs8().expect("PEM");
        reqwest::Identity::from_pem(&[key, self.pem()].concat()).expect("an identity")
    }

    /// A key set that holds the certificate: RFC 8705 §2.2.2.
    pub fn jwks(&self) -> Value {
        let mut jwk = self.jwk();
        jwk["x5c"] = json!([STANDARD.encode(self.der())]);
        json!({ "keys": [jwk] })
    }

    /// The key alone, which fits every certificate of it.
    pub fn jwk(&self) -> Value {
        let key = self.key.ec_key().expect("a key");
        let (mut x, mut y) = (BigNum::new().expect("a number"), BigNum::new().expect("a number"));
        let mut context = openssl::bn::BigNumContext::new().expect("a context");
        key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).expect("a point");
        let encode = |number: &BigNum| URL_SAFE_NO_PAD.encode(number.to_vec_padded(32).expect("32 bytes"));
        json!({ "kty": "EC", "crv": "P-256", "x": encode(&x), "y": encode(&y) })
    }
}
