//! The keys of the provider: made, sealed, read back, and looked up to sign and to verify.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::{Jwk, alg::ec::EcCurve};
use josekit::jws::{self, JwsSigner, JwsVerifier};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::jwe::KeyManagement;
use super::jwe::decryption::{self, DecryptionKey};
use super::p256::P256Key;
pub use super::rotation::{first_keys, rotate};
use super::sign::PrivateKey;
use super::{Algorithm, JoseError, Signer, jwks, rotation, thumbprint};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::model::signing_key::SigningKey;
use crate::sealing::{Purpose, Sealer};
use crate::secret::Secret;

/// What a key is for: exactly one algorithm (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// authy signs with it.
    Signing(Algorithm),
    /// Others encrypt to it.
    Encryption(KeyManagement),
}

impl KeyKind {
    /// Every kind that an installation may have keys of.
    pub const ALL: [Self; 6] = [
        Self::Signing(Algorithm::RS256),
        Self::Signing(Algorithm::PS256),
        Self::Signing(Algorithm::ES256),
        Self::Signing(Algorithm::EdDSA),
        Self::Encryption(KeyManagement::RsaOaep256),
        Self::Encryption(KeyManagement::EcdhEs),
    ];

    /// Whether there is no key of this kind until a client or a resource asks for one. Some relying parties stumble over a key set
    /// with a key type that they do not know, so those who never asked for Ed25519 are not shown it (docs/adr/0013).
    pub const fn is_made_on_demand(self) -> bool {
        matches!(self, Self::Signing(Algorithm::EdDSA))
    }

    /// The `alg` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signing(algorithm) => algorithm.as_str(),
            Self::Encryption(alg) => alg.as_str(),
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    fn public_jwk(self, kid: &str, jwk: &Value) -> Option<Value> {
        match self {
            Self::Signing(algorithm) => jwks::public_jwk(algorithm, kid, jwk),
            Self::Encryption(alg) => jwks::public_encryption_jwk(alg, kid, jwk),
        }
    }
}

impl From<Algorithm> for KeyKind {
    fn from(algorithm: Algorithm) -> Self {
        Self::Signing(algorithm)
    }
}

/// A key pair just made.
#[derive(Debug)]
pub struct KeyPair {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it is for.
    pub kind: KeyKind,
    /// The public JWK, as the key set shows it.
    pub public_jwk: Value,
    /// The private JWK.
    pub private_jwk: Secret<String>,
}

/// A key pair whose private half is sealed: what [`rotation`] gives a place in time.
#[derive(Clone, Debug)]
pub struct SealedPair {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it is for.
    pub kind: KeyKind,
    /// The public JWK, as the key set shows it.
    pub public_jwk: Value,
    /// The private JWK, sealed.
    pub sealed_private_jwk: Vec<u8>,
}

impl KeyPair {
    /// Seals the private half with the master key.
    pub fn seal(self, sealer: &Sealer, entropy: &dyn Entropy) -> SealedPair {
        let sealed_private_jwk = sealer.seal(Purpose::PrivateKey, self.private_jwk.expose().as_bytes(), entropy);
        SealedPair { kid: self.kid, kind: self.kind, public_jwk: self.public_jwk, sealed_private_jwk }
    }
}

/// Makes a key pair. RSA takes up to a second or two of computing: call it off the async threads.
///
/// The seed of an Ed25519 key comes from `entropy`; RSA and P-256 keys come from the generator of OpenSSL, which takes no other.
///
/// # Errors
/// [`JoseError::Key`] when the key cannot be made.
pub fn generate(kind: impl Into<KeyKind>, entropy: &dyn Entropy) -> Result<KeyPair, JoseError> {
    let kind = kind.into();
    let private = match kind {
        KeyKind::Signing(Algorithm::RS256 | Algorithm::PS256) | KeyKind::Encryption(KeyManagement::RsaOaep256) => {
            Jwk::generate_rsa_key(2048)
        }
        KeyKind::Signing(Algorithm::ES256) | KeyKind::Encryption(_) => Jwk::generate_ec_key(EcCurve::P256),
        KeyKind::Signing(Algorithm::EdDSA) => return pair(kind, ed25519(&entropy.bytes())?),
    };
    let private = private.map_err(|error| trouble(format!("making a key for {}", kind.as_str()), &error))?;
    pair(kind, Value::Object(private.into()))
}

/// The private JWK of an Ed25519 seed (RFC 8037 §2).
fn ed25519(seed: &[u8; 32]) -> Result<Value, JoseError> {
    let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| trouble("making an Ed25519 key".to_owned(), &error))?;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Ok(json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key().as_ref()), "d": encode(seed)}))
}

fn pair(kind: KeyKind, private: Value) -> Result<KeyPair, JoseError> {
    let kid = thumbprint(&private).ok_or_else(|| JoseError::Key("a new key lacks a member".to_owned()))?;
    let public_jwk = kind.public_jwk(&kid, &private).ok_or_else(|| JoseError::Key("a new key has another type".to_owned()))?;
    Ok(KeyPair { kid, kind, public_jwk, private_jwk: Secret::new(private.to_string()) })
}

/// The published keys of the provider, read once and kept.
pub struct KeySet {
    /// Those that sign, the newest first.
    keys: Vec<Key>,
    /// Those that others encrypt to, the newest first.
    decryption: Vec<DecryptionKey>,
}

struct Key {
    stored: SigningKey,
    public_jwk: Value,
    signer: Signer,
    verifier: Box<dyn JwsVerifier>,
}

impl KeySet {
    /// Opens the stored keys. They may include ones that wait or have been withdrawn: each look-up compares with `now`.
    ///
    /// # Errors
    /// [`JoseError::Key`], naming the key, when one was sealed with another master key, does not read, or its halves do not belong together.
    pub fn load(stored: &[SigningKey], sealer: &Sealer) -> Result<Self, JoseError> {
        let mut stored: Vec<&SigningKey> = stored.iter().collect();
        stored.sort_by(|one, other| other.signs_from.cmp(&one.signs_from).then_with(|| one.kid.cmp(&other.kid)));
        let mut set = Self { keys: Vec::new(), decryption: Vec::new() };
        for key in stored {
            match open(key, sealer)? {
                Opened::Signing(key) => set.keys.push(key),
                Opened::Encryption(key) => set.decryption.push(key),
            }
        }
        Ok(set)
    }

    /// The newest key that may sign at `now`.
    pub fn signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&Signer> {
        self.keys.iter().find(|key| key.signer.algorithm == algorithm && rotation::may_sign(&key.stored, now)).map(|key| &key.signer)
    }

    /// The public key set at `now` (RFC 7517 §5).
    pub fn jwks(&self, now: Timestamp) -> Value {
        let offered = self.decryption.iter().filter(|key| key.is_offered(now)).map(|key| &key.public_jwk);
        jwks::set(self.published(now).map(|key| &key.public_jwk).chain(offered))
    }

    /// What somebody encrypted to one of our keys: a request object, say (RFC 9101 §6.1). The content is text, and not yet believed.
    ///
    /// # Errors
    /// Why it cannot be read; never anything of its content.
    pub fn decrypt(&self, token: &str, (now, entropy): (Timestamp, &dyn Entropy)) -> Result<Secret<String>, JoseError> {
        decryption::decrypt(self.decryption.iter(), token, (now, entropy))
    }

    /// The ids of all keys, the newest first.
    pub fn kids(&self) -> Vec<&str> {
        self.keys.iter().map(|key| &key.stored).chain(self.decryption.iter().map(|key| &key.stored)).map(|key| key.kid.as_str()).collect()
    }

    /// The published key of this id, with the algorithm it is for.
    pub(super) fn verifier(&self, kid: &str, now: Timestamp) -> Option<(Algorithm, &dyn JwsVerifier)> {
        self.published(now).find(|key| key.stored.kid == kid).map(|key| (key.signer.algorithm, &*key.verifier))
    }

    fn published(&self, now: Timestamp) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| rotation::is_published(&key.stored, now))
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kids()).finish()
    }
}

/// A stored key that has been read.
enum Opened {
    Signing(Key),
    Encryption(DecryptionKey),
}

/// Reads one stored key and makes sure that the private half, the id and the published half are one key.
fn open(stored: &SigningKey, sealer: &Sealer) -> Result<Opened, JoseError> {
    let wrong = |what: &str| JoseError::Key(format!("signing key {} {what}", stored.kid));
    let kind = KeyKind::parse(&stored.algorithm).ok_or_else(|| wrong("has an algorithm that authy does not know"))?;
    let plain = sealer
        .open(Purpose::PrivateKey, &stored.sealed_private_jwk)
        .map(Secret::new)
        .ok_or_else(|| wrong("was sealed with another master key or is damaged; give authy the master key it was made with"))?;
    let private = Jwk::from_bytes(plain.expose()).map_err(|_| wrong("is damaged"))?;
    let algorithm = match kind {
        KeyKind::Signing(algorithm) => algorithm,
        KeyKind::Encryption(alg) => {
            let key = DecryptionKey::read(stored, alg, private);
            return key.map(Opened::Encryption).ok_or_else(|| wrong("has halves that do not belong together"));
        }
    };
    let (signer, verifier) = halves(algorithm, &private).map_err(|error| trouble(format!("reading signing key {}", stored.kid), &error))?;
    let private = Value::Object(private.into());
    let public_jwk = jwks::public_jwk(algorithm, &stored.kid, &private).ok_or_else(|| wrong("is of another type than its algorithm"))?;
    let is_one_key = [&private, &stored.public_jwk].into_iter().all(|half| thumbprint(half).as_ref() == Some(&stored.kid));
    if !is_one_key {
        return Err(wrong("has halves that do not belong together"));
    }
    Ok(Opened::Signing(Key { stored: stored.clone(), public_jwk, signer: Signer::new(&stored.kid, algorithm, signer), verifier }))
}

type Halves = (PrivateKey, Box<dyn JwsVerifier>);

/// The signer and the verifier of a private JWK. The algorithm is that of the key, never one a token asks for (RFC 8725 §3.1).
fn halves(algorithm: Algorithm, private: &Jwk) -> Result<Halves, josekit::JoseError> {
    let public = private.to_public_key()?;
    let verifier: Box<dyn JwsVerifier> = match algorithm {
        Algorithm::RS256 => Box::new(jws::RS256.verifier_from_jwk(&public)?),
        Algorithm::PS256 => Box::new(jws::PS256.verifier_from_jwk(&public)?),
        Algorithm::ES256 => Box::new(jws::ES256.verifier_from_jwk(&public)?),
        Algorithm::EdDSA => Box::new(jws::EdDSA.verifier_from_jwk(&public)?),
    };
    let signer = match algorithm {
        Algorithm::ES256 => PrivateKey::P256(P256Key::read(private)?),
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::EdDSA => PrivateKey::Josekit(through_josekit(algorithm, private)?),
    };
    Ok((signer, verifier))
}

fn through_josekit(algorithm: Algorithm, private: &Jwk) -> Result<Box<dyn JwsSigner>, josekit::JoseError> {
    Ok(match algorithm {
        Algorithm::RS256 => Box::new(jws::RS256.signer_from_jwk(private)?),
        Algorithm::PS256 => Box::new(jws::PS256.signer_from_jwk(private)?),
        Algorithm::ES256 => Box::new(jws::ES256.signer_from_jwk(private)?),
        Algorithm::EdDSA => Box::new(jws::EdDSA.signer_from_jwk(private)?),
    })
}

/// A new key that signs through josekit, whatever authy takes for this algorithm: the yardstick of `authy bench`.
///
/// # Errors
/// [`JoseError::Key`] when the key cannot be made.
pub fn yardstick(algorithm: Algorithm, entropy: &dyn Entropy) -> Result<Signer, JoseError> {
    let pair = generate(algorithm, entropy)?;
    let signer = Jwk::from_bytes(pair.private_jwk.expose()).and_then(|private| through_josekit(algorithm, &private));
    let signer = signer.map_err(|error| trouble(format!("making a signer for {algorithm}"), &error))?;
    Ok(Signer::new(&pair.kid, algorithm, PrivateKey::Josekit(signer)))
}

fn trouble(doing: String, error: &dyn fmt::Display) -> JoseError {
    JoseError::Key(format!("{doing}: {error}"))
}

#[cfg(test)]
mod tests;
