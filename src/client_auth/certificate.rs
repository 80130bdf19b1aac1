//! What a certificate says: its subject, its other names, its public key (RFC 5280 §4.1, §4.2.1.6).

use std::net::IpAddr;

use serde_json::{Map, Value};
use x509_cert::Certificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION};
use x509_cert::der::oid::db::rfc8410::ID_ED_25519;
use x509_cert::der::{Decode as _, Encode as _, Reader as _, SliceReader, Tag, Tagged as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::RdnSequence;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::Timestamp;

/// The names in a certificate, and its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    subject: RdnSequence,
    /// `dNSName`, lower case.
    pub dns: Vec<String>,
    /// `uniformResourceIdentifier`.
    pub uris: Vec<String>,
    /// `iPAddress`.
    pub addresses: Vec<IpAddr>,
    /// `rfc822Name`.
    pub emails: Vec<String>,
    key: Option<PublicKey>,
}

/// A public key in the members of a JWK: RFC 7518 §6, RFC 8037 §2.
type PublicKey = Vec<(&'static str, String)>;

/// When a certificate in DER ends: RFC 5280 §4.1.2.5. `None` when it is none.
pub fn ends(der: &[u8]) -> Option<Timestamp> {
    let end = Certificate::from_der(der).ok()?.tbs_certificate().validity().not_after.to_unix_duration();
    i64::try_from(end.as_secs()).ok().map(Timestamp::from_seconds)
}

impl Identity {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// When it is not one. A key of an unknown kind is none.
    pub fn read(der: &[u8]) -> Result<Self, x509_cert::der::Error> {
        let certificate = Certificate::from_der(der)?;
        let body = certificate.tbs_certificate();
        let mut identity = Self {
            subject: body.subject().clone().into(),
            dns: Vec::new(),
            uris: Vec::new(),
            addresses: Vec::new(),
            emails: Vec::new(),
            key: public_key(&certificate),
        };
        for name in body.get_extension::<SubjectAltName>()?.map(|(_, names)| names.0).unwrap_or_default() {
            match name {
                GeneralName::DnsName(name) => identity.dns.push(name.as_str().to_ascii_lowercase()),
                GeneralName::UniformResourceIdentifier(uri) => identity.uris.push(uri.as_str().to_owned()),
                GeneralName::Rfc822Name(address) => identity.emails.push(address.as_str().to_owned()),
                GeneralName::IpAddress(bytes) => identity.addresses.extend(address(bytes.as_bytes())),
                _ => {}
            }
        }
        Ok(identity)
    }

    /// Whether the subject is this distinguished name, written as RFC 4514 says. Compared as RFC 5280 §7.1 does: attribute by attribute,
    /// whatever kind of string it is, without case and with white space collapsed.
    pub fn has_subject(&self, text: &str) -> bool {
        let Some(wanted) = distinguished_name(text) else { return false };
        !wanted.is_empty() && attributes(&wanted) == attributes(&self.subject)
    }

    /// Whether a JWK is the certificate's key.
    pub fn has_key(&self, jwk: &Map<String, Value>) -> bool {
        let equal = |(member, value): &(&str, String)| jwk.get(*member).and_then(Value::as_str) == Some(value);
        self.key.as_ref().is_some_and(|key| key.iter().all(equal))
    }
}

/// Longer names are nobody's: RFC 5280 §A.1 bounds most parts of one to 64 characters. The parser of numbers goes one call deeper for each digit.
pub(super) const LONGEST_NAME: usize = 2_000;

/// Reads a distinguished name as RFC 4514 §3 writes it, and also with a space after each comma, as most tools print it.
pub fn distinguished_name(text: &str) -> Option<RdnSequence> {
    if text.len() > LONGEST_NAME {
        return None;
    }
    let mut tidy = String::with_capacity(text.len());
    let mut escaped = false;
    let mut after_comma = false;
    for character in text.trim().chars() {
        if after_comma && character == ' ' {
            continue;
        }
        after_comma = character == ',' && !escaped;
        escaped = character == '\\' && !escaped;
        tidy.push(character);
    }
    tidy.parse().ok()
}

/// Each relative name as its attributes in a fixed order.
fn attributes(name: &RdnSequence) -> Vec<Vec<(String, String)>> {
    let relative = |attributes: &mut dyn Iterator<Item = &AttributeTypeAndValue>| {
        let mut pairs: Vec<_> = attributes.map(|attribute| (attribute.oid.to_string(), value(attribute))).collect();
        pairs.sort();
        pairs
    };
    name.iter().map(|one| relative(&mut one.iter())).collect()
}

fn value(attribute: &AttributeTypeAndValue) -> String {
    match attribute.value.tag() {
        Tag::PrintableString | Tag::Utf8String | Tag::Ia5String | Tag::TeletexString => {
            let text = String::from_utf8_lossy(attribute.value.value()).to_lowercase();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        _ => attribute.value.to_der().map(|der| URL_SAFE_NO_PAD.encode(der)).unwrap_or_default(),
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let of_four = <[u8; 4]>::try_from(bytes).map(IpAddr::from).ok();
    of_four.or_else(|| <[u8; 16]>::try_from(bytes).map(IpAddr::from).ok())
}

fn public_key(certificate: &Certificate) -> Option<PublicKey> {
    let info = certificate.tbs_certificate().subject_public_key_info();
    let bits = info.subject_public_key.as_bytes()?;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    match info.algorithm.oid {
        RSA_ENCRYPTION => {
            let (modulus, exponent) = rsa(bits).ok()?;
            Some(vec![("n", encode(&modulus)), ("e", encode(&exponent))])
        }
        ID_EC_PUBLIC_KEY => {
            // RFC 5480 §2.2: an uncompressed point is 4, x, y.
            let (4, point) = bits.split_first().map(|(form, point)| (*form, point))? else { return None };
            let (x, y) = point.split_at_checked(point.len() / 2)?;
            Some(vec![("x", encode(x)), ("y", encode(y))])
        }
        ID_ED_25519 => Some(vec![("x", encode(bits))]),
        _ => None,
    }
}

/// RFC 8017 §A.1.1.
fn rsa(bits: &[u8]) -> Result<(Vec<u8>, Vec<u8>), x509_cert::der::Error> {
    let mut reader = SliceReader::new(bits)?;
    reader.sequence(|numbers| {
        let modulus = UintRef::decode(numbers)?;
        let exponent = UintRef::decode(numbers)?;
        Ok((modulus.as_bytes().to_vec(), exponent.as_bytes().to_vec()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        match (distinguished_name(one), distinguished_name(other)) {
            (Some(one), Some(other)) => attributes(&one) == attributes(&other),
            _ => false,
        }
    }

    #[test]
    fn names_are_compared_by_what_they_say() {
        let name = "CN=client.example,OU=Payments,O=Example Ltd,C=GB";
        assert!(same(name, "CN=client.example, OU=Payments, O=Example Ltd, C=GB"));
        assert!(same(name, "cn=CLIENT.example,ou=payments,o=Example  ltd,c=gb"));
        assert!(same("CN=a+OU=b,C=GB", "OU=b+CN=a,C=GB"));
        assert!(same("CN=Smith\\, John,C=GB", "CN=smith\\2c john,C=GB"));
        for other in [
            "CN=client.example,OU=Payments,O=Example Ltd",
            "C=GB,O=Example Ltd,OU=Payments,CN=client.example",
            "CN=client.example",
            "",
            "nonsense",
            "=,",
            "CN",
        ] {
            assert!(!same(name, other), "{other}");
        }
    }

    #[test]
    fn a_type_in_numbers_is_one_that_can_be_counted() {
        assert!(same("2.5.4.3=client.example, C=GB", "CN=client.example,C=GB"));
        assert!(distinguished_name("1.2.268435455=x").is_some());
        // 2^32 + 3 is not 3.
        assert!(!same("2.5.4.4294967299=client.example", "CN=client.example"));
        assert!(same("1.2.4294967295=x", "1.2.4294967295=X") && !same("1.2.128=x", "1.2.0=x"));
        let long = |length: usize, digit: &str| format!("C=GB, 1.2.{}=x", digit.repeat(length));
        for name in [long(11, "1"), long(50_000, "0"), "C=GB+1.2.99999999999=x".to_owned(), ".=x".to_owned()] {
            assert!(distinguished_name(&name).is_none(), "{}", name.len());
        }
        assert!(distinguished_name(&format!("CN={}", "x".repeat(LONGEST_NAME))).is_none());
        assert!(distinguished_name("serialNumber=12345678901234567890,CN=a\\+b").is_some());
    }
}
