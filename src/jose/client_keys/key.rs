//! One public key: RFC 7517 §4, RFC 7518 §6, RFC 8037 §2.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use josekit::jwk::Jwk;
use josekit::jws::{self, JwsVerifier};
use serde_json::{Map, Value};

use super::weak;
use crate::jose::{Algorithm, JoseError, thumbprint};
use crate::spec::certificate::ClientCertificate;

/// Members that only a private or a shared key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE_MEMBERS: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Curves for encryption, besides those for signatures: RFC 7518 §4.6, RFC 8037 §3.2.
const AGREEMENT_CURVES: &[&str] = &["P-384", "P-521", "X25519"];

/// The members that say what a key is and what it is for, all text; each no longer than it has any reason to be.
const USED_MEMBERS: &[(&str, usize)] = &[
    ("kty", 16),
    ("crv", 16),
    ("n", 2_048),
    ("e", 16),
    ("x", 128),
    ("y", 128),
    ("kid", 1_024),
    ("use", 64),
    ("alg", 64),
    ("x5t#S256", 64),
];
/// RFC 7517 §4.3.
const OPERATIONS: &[&str] = &["sign", "verify", "encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits"];
/// About what a key takes in memory beside its texts.
const OVERHEAD: usize = 1_536;

/// Why a key or a set of keys is of no use, in half a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub &'static str);

/// What a key is whose numbers are those of none.
const UNREADABLE: KeyError = KeyError("a key cannot be read");

/// A public key of a client.
#[derive(Clone, PartialEq)]
pub struct ClientKey {
    jwk: Map<String, Value>,
    algorithms: &'static [Algorithm],
}

impl ClientKey {
    /// Reads one key and makes sure that it is public, strong, and of a kind that authy can use.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(jwk: &Value) -> Result<Self, KeyError> {
        let key = Self::read(jwk)?;
        match key.algorithms.first() {
            Some(first) if key.is_for_signatures() => key.verifier(*first).map(drop).map_err(|_| UNREADABLE)?,
            _ => {}
        }
        Ok(key)
    }

    /// The same without making a verifier, which costs more than all the rest. Only that shows whether the numbers are those of a key (a point
    /// of the curve, say): [`Self::verify`] finds it out of a key that was only read.
    ///
    /// # Errors
    /// What is wrong with it, as far as that is seen.
    pub(in crate::jose) fn read(jwk: &Value) -> Result<Self, KeyError> {
        let jwk = jwk.as_object().ok_or(KeyError("a key is no JSON object"))?;
        if PRIVATE_MEMBERS.iter().any(|member| jwk.contains_key(*member)) {
            return Err(KeyError("it holds a private key: register the public half only, and replace the key"));
        }
        if !["kid", "use", "alg", "kty", "crv"].iter().all(|member| jwk.get(*member).is_none_or(Value::is_string)) {
            return Err(KeyError("kid, use, alg, kty or crv of a key is not text"));
        }
        let text = |member: &str| jwk.get(member).and_then(Value::as_str);
        let algorithms: &[Algorithm] = match (text("kty").unwrap_or_default(), text("crv")) {
            ("RSA", None) => &[Algorithm::PS256, Algorithm::RS256],
            ("EC", Some("P-256")) => &[Algorithm::ES256],
            ("OKP", Some("Ed25519")) => &[Algorithm::EdDSA],
            ("EC" | "OKP", Some(curve)) if AGREEMENT_CURVES.contains(&curve) && text("use") == Some("enc") => &[],
            ("RSA" | "EC" | "OKP", _) => return Err(KeyError("a key has a curve that authy does not use: P-256 and Ed25519 sign")),
            _ => return Err(KeyError("a key is of a type that authy does not use: RSA, EC or OKP")),
        };
        weak::check(jwk)?;
        Ok(Self { jwk: used(jwk)?, algorithms })
    }

    /// The name of the key.
    pub fn kid(&self) -> Option<&str> {
        self.text("kid")
    }

    /// Those of its members that are used. A certificate (`x5c`) is known by its thumbprint.
    pub const fn jwk(&self) -> &Map<String, Value> {
        &self.jwk
    }

    /// RFC 7638.
    pub fn thumbprint(&self) -> Option<String> {
        thumbprint(&Value::Object(self.jwk.clone()))
    }

    /// RFC 7517 §4.2, §4.3: a key without `use` and `key_ops` is for anything.
    pub fn is_for_signatures(&self) -> bool {
        let verifies = |operations: &Value| operations.as_array().is_some_and(|list| list.iter().any(|one| one == "verify"));
        self.text("use").is_none_or(|purpose| purpose == "sig")
            && self.jwk.get("key_ops").is_none_or(verifies)
            && !self.algorithms.is_empty()
    }

    /// Whether the key makes signatures of this algorithm: by its type, and by its own `alg` if it names one (RFC 7517 §4.4).
    pub fn can(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm) && self.text("alg").is_none_or(|only| Algorithm::of_client(only) == Some(algorithm))
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// [`JoseError::Signature`] when it is not this key's, [`JoseError::Key`] when its numbers are those of no key.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), JoseError> {
        let verifier = self.verifier(algorithm).map_err(|_| JoseError::Key(UNREADABLE.to_string()))?;
        verifier.verify(message, signature).map_err(|_| JoseError::Signature)
    }

    /// Made from the members that make up the key alone, so that nothing else in the JWK has a say.
    fn verifier(&self, algorithm: Algorithm) -> Result<Box<dyn JwsVerifier>, josekit::JoseError> {
        let members = ["kty", "crv", "n", "e", "x", "y"].iter().filter_map(|name| Some(((*name).to_owned(), self.jwk.get(*name)?.clone())));
        let jwk = Jwk::from_map(members.collect::<Map<String, Value>>())?;
        Ok(match algorithm {
            Algorithm::RS256 => Box::new(jws::RS256.verifier_from_jwk(&jwk)?),
            Algorithm::PS256 => Box::new(jws::PS256.verifier_from_jwk(&jwk)?),
            Algorithm::ES256 => Box::new(jws::ES256.verifier_from_jwk(&jwk)?),
            Algorithm::EdDSA => Box::new(jws::EdDSA.verifier_from_jwk(&jwk)?),
        })
    }

    /// About how many bytes of memory the key takes.
    pub fn weight(&self) -> usize {
        OVERHEAD + self.jwk.values().filter_map(Value::as_str).map(str::len).sum::<usize>()
    }

    fn text(&self, member: &str) -> Option<&str> {
        self.jwk.get(member).and_then(Value::as_str)
    }
}

/// Whoever publishes a key may put anything beside it; what nobody reads is not kept.
fn used(jwk: &Map<String, Value>) -> Result<Map<String, Value>, KeyError> {
    let mut used = Map::new();
    for (name, most) in USED_MEMBERS {
        let Some(text) = jwk.get(*name).and_then(Value::as_str) else { continue };
        if text.len() > *most {
            return Err(KeyError("a member of a key is too long"));
        }
        used.insert((*name).to_owned(), text.into());
    }
    if let Some(operations) = jwk.get("key_ops") {
        let listed = operations.as_array().map(Vec::as_slice).unwrap_or_default();
        let known = OPERATIONS.iter().filter(|known| listed.iter().any(|one| one == **known)).map(|known| Value::from(*known));
        used.insert("key_ops".to_owned(), known.collect());
    }
    // RFC 7517 §4.7: the first certificate is the one of the key. What cannot be read is the thumbprint of none.
    if let Some(first) = jwk.get("x5c").and_then(Value::as_array).and_then(|chain| chain.first()) {
        let der = first.as_str().and_then(|text| STANDARD.decode(text).ok());
        let thumbprint = der.map(|der| ClientCertificate::new(der, Vec::new()).thumbprint());
        used.insert("x5t#S256".to_owned(), thumbprint.unwrap_or_default().into());
    }
    Ok(used)
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientKey({})", self.thumbprint().unwrap_or_default())
    }
}

/// RFC 7518 §3.2.
pub(super) fn verify_hs256(secret: &[u8], message: &[u8], signature: &[u8]) -> Result<(), JoseError> {
    let verifier = jws::HS256.verifier_from_bytes(secret).map_err(|_| JoseError::Algorithm)?;
    verifier.verify(message, signature).map_err(|_| JoseError::Signature)
}
