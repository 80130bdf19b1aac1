//! Opening what others encrypted to a key of ours: RFC 7516 §5.2, with the caution of §11 and RFC 8725.
//!
//! The `kid` names one of our keys and the key decides the algorithm. Every part has exactly the length that its algorithm gives it before
//! any cryptography runs: the libraries below take shorter authentication tags and may end the process over wrong lengths. For the CBC
//! modes the tag is compared, in constant time, before anything is decrypted: the other order is an oracle about the padding.

use josekit::jwe::{self, JweDecrypter, JweHeader};
use josekit::jwk::Jwk;
use ring::hmac;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::{ContentEncryption, KeyManagement};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::jose::compact::{self, decode};
use crate::jose::{JoseError, jwks, rotation, thumbprint};
use crate::model::signing_key::SigningKey;
use crate::secret::Secret;

/// A token longer than this is not looked at, in bytes.
pub const MAX_BYTES: usize = 32 * 1024;

/// One private key that others encrypt to.
pub(crate) struct DecryptionKey {
    pub(crate) stored: SigningKey,
    pub(crate) public_jwk: Value,
    alg: KeyManagement,
    key: Box<dyn JweDecrypter>,
}

impl DecryptionKey {
    /// From the opened private JWK.
    pub(crate) fn read(stored: &SigningKey, alg: KeyManagement, private: Jwk) -> Option<Self> {
        let key: Box<dyn JweDecrypter> = match alg {
            KeyManagement::RsaOaep256 => Box::new(jwe::RSA_OAEP_256.decrypter_from_jwk(&private).ok()?),
            KeyManagement::EcdhEs => Box::new(jwe::ECDH_ES.decrypter_from_jwk(&private).ok()?),
            KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => return None,
        };
        let private = Value::Object(private.into());
        let public_jwk = jwks::public_encryption_jwk(alg, &stored.kid, &private)?;
        let is_one_key = [&private, &stored.public_jwk].into_iter().all(|half| thumbprint(half).as_ref() == Some(&stored.kid));
        is_one_key.then(|| Self { stored: stored.clone(), public_jwk, alg, key })
    }

    /// Whether others are shown it at `now`. One whose successor is in use still opens what is under way.
    pub(crate) fn is_offered(&self, now: Timestamp) -> bool {
        rotation::is_published(&self.stored, now) && self.stored.signs_until.is_none_or(|until| now < until)
    }
}

/// The parts of a compact JWE, each of the right form.
struct Parts<'a> {
    protected: &'a str,
    header: Map<String, Value>,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
    alg: KeyManagement,
    enc: ContentEncryption,
}

/// Decrypts a token with one of the keys that are live at `now`.
pub(crate) fn decrypt<'k>(
    keys: impl Iterator<Item = &'k DecryptionKey>,
    token: &str,
    (now, entropy): (Timestamp, &dyn Entropy),
) -> Result<Secret<String>, JoseError> {
    let parts = split(token)?;
    let kid = parts.header.get("kid").map(|kid| kid.as_str().ok_or(JoseError::UnknownKey)).transpose()?;
    let mut fitting = keys
        .filter(|key| key.alg == parts.alg && rotation::is_published(&key.stored, now))
        .filter(|key| kid.is_none_or(|kid| kid == key.stored.kid))
        .peekable();
    if fitting.peek().is_none() {
        return Err(JoseError::UnknownKey);
    }
    let content = fitting.find_map(|key| open(key, &parts, entropy)).ok_or(JoseError::Decryption)?;
    String::from_utf8(content).map(Secret::new).map_err(|_| JoseError::Malformed("the content is not text"))
}

fn split(token: &str) -> Result<Parts<'_>, JoseError> {
    if token.len() > MAX_BYTES {
        return Err(JoseError::Malformed("longer than 32 KiB"));
    }
    let mut parts = token.split('.');
    let mut next = || parts.next().ok_or(JoseError::Malformed("not five parts"));
    let (protected, encrypted_key, iv, ciphertext, tag) = (next()?, next()?, next()?, next()?, next()?);
    if parts.next().is_some() {
        return Err(JoseError::Malformed("not five parts"));
    }
    let header = compact::header(protected)?;
    // RFC 8725 §3.6: a few bytes may inflate to gigabytes, and their length tells of what is inside.
    if header.contains_key("zip") {
        return Err(JoseError::Malformed("the content is compressed"));
    }
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let alg = text("alg").and_then(KeyManagement::parse).ok_or(JoseError::Algorithm)?;
    let enc = text("enc").and_then(ContentEncryption::parse).ok_or(JoseError::Algorithm)?;
    let parts = Parts {
        protected,
        encrypted_key: decode(encrypted_key)?,
        iv: decode(iv)?,
        ciphertext: decode(ciphertext)?,
        tag: decode(tag)?,
        header,
        alg,
        enc,
    };
    if parts.iv.len() != enc.cipher().iv_len() || parts.tag.len() != enc.tag_len() {
        return Err(JoseError::Malformed("the initialization vector or the tag has the wrong length"));
    }
    Ok(parts)
}

/// RFC 7516 §11.5: whatever is wrong with the content key, the same steps follow with a random one, so that the answer does not tell.
fn open(key: &DecryptionKey, parts: &Parts<'_>, entropy: &dyn Entropy) -> Option<Vec<u8>> {
    let cipher = parts.enc.cipher();
    let agreed = content_key(key, parts).filter(|agreed| agreed.len() == cipher.key_len());
    let content_key = agreed.or_else(|| entropy.bytes::<64>().get(..cipher.key_len()).map(<[u8]>::to_vec))?;
    if !parts.enc.tag_fits(&content_key, parts)? {
        return None;
    }
    cipher.decrypt(&content_key, Some(&parts.iv), &parts.ciphertext, parts.protected.as_bytes(), Some(&parts.tag)).ok()
}

fn content_key(key: &DecryptionKey, parts: &Parts<'_>) -> Option<Vec<u8>> {
    // Nothing but what the agreement needs is handed on: the rest of the header decides nothing.
    let mut header = JweHeader::new();
    for name in ["epk", "apu", "apv"] {
        if let Some(value) = parts.header.get(name) {
            header.set_claim(name, Some(value.clone())).ok()?;
        }
    }
    let encrypted_key = (!parts.encrypted_key.is_empty()).then_some(parts.encrypted_key.as_slice());
    key.key.decrypt(encrypted_key, parts.enc.cipher(), &header).ok().map(std::borrow::Cow::into_owned)
}

impl ContentEncryption {
    /// RFC 7518 §5.2.3 to §5.3.
    const fn tag_len(self) -> usize {
        match self {
            Self::A256CbcHs512 => 32,
            Self::A192CbcHs384 => 24,
            Self::A128CbcHs256 | Self::A128Gcm | Self::A192Gcm | Self::A256Gcm => 16,
        }
    }

    /// RFC 7518 §5.2.2.2 step 2, for the CBC modes; GCM compares its own tag before it gives anything away.
    fn tag_fits(self, content_key: &[u8], parts: &Parts<'_>) -> Option<bool> {
        let algorithm = match self {
            Self::A128CbcHs256 => hmac::HMAC_SHA256,
            Self::A192CbcHs384 => hmac::HMAC_SHA384,
            Self::A256CbcHs512 => hmac::HMAC_SHA512,
            Self::A128Gcm | Self::A192Gcm | Self::A256Gcm => return Some(true),
        };
        let mac_key = content_key.get(..content_key.len() / 2)?;
        let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, mac_key));
        let aad = parts.protected.as_bytes();
        context.update(aad);
        context.update(&parts.iv);
        context.update(&parts.ciphertext);
        context.update(&u64::try_from(aad.len()).ok()?.checked_mul(8)?.to_be_bytes());
        let computed = context.sign();
        let expected = computed.as_ref().get(..self.tag_len())?;
        Some(bool::from(expected.ct_eq(&parts.tag)))
    }
}
