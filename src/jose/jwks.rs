//! The public key set (RFC 7517 §5), as relying parties fetch it.

use serde_json::{Map, Value, json};

use super::Algorithm;
use super::jwe::KeyManagement;

/// The members that make up the public half of a key of this type, and nothing else (RFC 7518 §6, RFC 8037 §2).
const fn public_members(algorithm: Algorithm) -> &'static [&'static str] {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => &["n", "e"],
        Algorithm::ES256 => &["crv", "x", "y"],
        Algorithm::EdDSA => &["crv", "x"],
    }
}

/// The `kty` of the algorithm's keys.
pub(super) const fn key_type(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => "RSA",
        Algorithm::ES256 => "EC",
        Algorithm::EdDSA => "OKP",
    }
}

/// The public JWK of a key: `kty`, `use`, `alg`, `kid` and the public members, picked by name so that nothing private can slip in.
/// `None` when a member is missing or the key is of another type.
pub fn public_jwk(algorithm: Algorithm, kid: &str, jwk: &Value) -> Option<Value> {
    pick(jwk, [("kty", key_type(algorithm)), ("use", "sig"), ("alg", algorithm.as_str()), ("kid", kid)], public_members(algorithm))
}

/// The same for a key that others encrypt to (RFC 7517 §4.2).
pub fn public_encryption_jwk(alg: KeyManagement, kid: &str, jwk: &Value) -> Option<Value> {
    let (kty, members) = match alg {
        KeyManagement::RsaOaep256 => ("RSA", public_members(Algorithm::RS256)),
        KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => ("EC", public_members(Algorithm::ES256)),
    };
    pick(jwk, [("kty", kty), ("use", "enc"), ("alg", alg.as_str()), ("kid", kid)], members)
}

fn pick(jwk: &Value, named: [(&str, &str); 4], members: &[&str]) -> Option<Value> {
    let mut public = Map::new();
    for (name, value) in named {
        public.insert(name.to_owned(), Value::from(value));
    }
    if jwk.get("kty") != public.get("kty") {
        return None;
    }
    for &member in members {
        public.insert(member.to_owned(), Value::from(jwk.get(member)?.as_str()?));
    }
    Some(Value::Object(public))
}

/// The set of these public JWKs (RFC 7517 §5.1).
pub fn set<'a>(keys: impl Iterator<Item = &'a Value>) -> Value {
    json!({ "keys": keys.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_private_and_nothing_else_is_published() {
        let private = json!({"kty": "OKP", "crv": "Ed25519", "x": "eA", "d": "ZA", "k": "aw", "use": "enc", "x5u": "https://evil.example"});
        let public = public_jwk(Algorithm::EdDSA, "id", &private).unwrap();
        assert_eq!(public, json!({"kty": "OKP", "use": "sig", "alg": "EdDSA", "kid": "id", "crv": "Ed25519", "x": "eA"}));
        assert_eq!(set([&public].into_iter()), json!({"keys": [public]}));
        assert_eq!(public_jwk(Algorithm::ES256, "id", &private), None);
    }
}
