//! Encrypting to a key of somebody else's: RFC 7516 §5.1. The key is chosen from the set that the client registered, never from a header.

use josekit::jwe::{self, JweContext, JweEncrypter, JweHeader};
use josekit::jwk::Jwk;
use serde_json::{Map, Value};

use super::{Encryption, KeyManagement};
use crate::jose::JoseError;

/// The curves of a key that agreement works on: RFC 7518 §6.2.1.1, RFC 8037 §3.2.
const EC_CURVES: &[&str] = &["P-256", "P-384", "P-521"];
const OKP_CURVES: &[&str] = &["X25519"];

/// The key of a client that a token may be encrypted to: of the type that `alg` needs, not for signatures, and not for
/// another algorithm. One that names the algorithm is taken before one that only says `use: enc`, and that before one that says nothing.
pub fn recipient_key<'a>(keys: impl Iterator<Item = &'a Map<String, Value>>, alg: KeyManagement) -> Option<&'a Map<String, Value>> {
    let mut best: Option<(u8, &Map<String, Value>)> = None;
    for key in keys {
        let Some(rank) = rank(key, alg) else { continue };
        if best.is_none_or(|(known, _)| rank > known) {
            best = Some((rank, key));
        }
    }
    best.map(|(_, key)| key)
}

/// How well a key fits; `None` when it does not.
fn rank(key: &Map<String, Value>, alg: KeyManagement) -> Option<u8> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    public_part(key, alg)?;
    let operations = key.get("key_ops").and_then(Value::as_array);
    let fits = |operation: &Value| matches!(operation.as_str(), Some("encrypt" | "wrapKey" | "deriveKey" | "deriveBits"));
    // RFC 7517 §4.3: private operations may be listed beside; an encryption needs one of the public ones or no list.
    if operations.is_some_and(|listed| !listed.iter().any(fits)) {
        return None;
    }
    match (text("alg"), text("use")) {
        (_, Some(other)) if other != "enc" => None,
        (Some(named), _) if named != alg.as_str() => None,
        (Some(_), _) => Some(2),
        (None, Some(_)) => Some(1),
        (None, None) => Some(0),
    }
}

/// The members that make up the public key and nothing else, so that no other member decides anything.
fn public_part(key: &Map<String, Value>, alg: KeyManagement) -> Option<Map<String, Value>> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let names: &[&str] = match (alg, text("kty")?) {
        (KeyManagement::RsaOaep256, "RSA") => &["kty", "n", "e"],
        (KeyManagement::RsaOaep256, _) => return None,
        (_, "EC") if EC_CURVES.contains(&text("crv")?) => &["kty", "crv", "x", "y"],
        (_, "OKP") if OKP_CURVES.contains(&text("crv")?) => &["kty", "crv", "x"],
        _ => return None,
    };
    names.iter().map(|name| Some(((*name).to_owned(), Value::from(text(name)?)))).collect()
}

/// Encrypts `content` to the key. `content_type` is `JWT` when a signed token is nested in it (RFC 7519 §5.2).
///
/// # Errors
/// [`JoseError::Recipient`] when the key is none for this algorithm, or too weak.
pub fn encrypt(key: &Map<String, Value>, how: Encryption, content_type: Option<&str>, content: &[u8]) -> Result<String, JoseError> {
    let encrypter = encrypter(key, how.alg).ok_or(JoseError::Recipient)?;
    let mut header = JweHeader::new();
    header.set_content_encryption(how.enc.as_str());
    if let Some(kid) = key.get("kid").and_then(Value::as_str) {
        header.set_key_id(kid);
    }
    if let Some(content_type) = content_type {
        header.set_content_type(content_type);
    }
    JweContext::new().serialize_compact(content, &header, encrypter.as_ref()).map_err(|_| JoseError::Recipient)
}

fn encrypter(key: &Map<String, Value>, alg: KeyManagement) -> Option<Box<dyn JweEncrypter>> {
    let key = Jwk::from_map(public_part(key, alg)?).ok()?;
    Some(match alg {
        // josekit refuses RSA keys below 2048 bits (RFC 7518 §4.3).
        KeyManagement::RsaOaep256 => Box::new(jwe::RSA_OAEP_256.encrypter_from_jwk(&key).ok()?),
        KeyManagement::EcdhEs => Box::new(jwe::ECDH_ES.encrypter_from_jwk(&key).ok()?),
        KeyManagement::EcdhEsA128Kw => Box::new(jwe::ECDH_ES_A128KW.encrypter_from_jwk(&key).ok()?),
        KeyManagement::EcdhEsA256Kw => Box::new(jwe::ECDH_ES_A256KW.encrypter_from_jwk(&key).ok()?),
    })
}
