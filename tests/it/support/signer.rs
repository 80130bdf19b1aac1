//! A client that signs: RFC 7523, RFC 7515. By hand, so that a test can also do it wrongly.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use authy::entropy::OsEntropy;
use authy::jose::keys::{self, KeyKind};
use authy::jose::{Algorithm, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{self, JwsSigner};
use serde_json::{Value, json};

/// Keys of a client, one per algorithm, and those of somebody else.
pub static KEYS: LazyLock<Vec<KeyPair>> = LazyLock::new(|| Algorithm::ALL.into_iter().map(make).collect());
pub static FOREIGN: LazyLock<KeyPair> = LazyLock::new(|| make(Algorithm::ES256));

fn make(algorithm: Algorithm) -> KeyPair {
    keys::generate(algorithm, &OsEntropy).expect("a key")
}

/// The client's key for that algorithm.
pub fn key(algorithm: Algorithm) -> &'static KeyPair {
    KEYS.iter().find(|pair| signs_with(pair) == algorithm).expect("a key")
}

/// What a key signs with.
pub fn signs_with(pair: &KeyPair) -> Algorithm {
    match pair.kind {
        KeyKind::Signing(algorithm) => algorithm,
        KeyKind::Encryption(_) => panic!("not a key that signs"),
    }
}

/// A public key set.
pub fn set<'a>(pairs: impl IntoIterator<Item = &'a KeyPair>) -> Value {
    json!({ "keys": pairs.into_iter().map(|pair| pair.public_jwk.clone()).collect::<Vec<_>>() })
}

/// The claims of an assertion that is as it should be: RFC 7523 §3.
pub fn claims(client_id: &str, audience: &str, now: i64) -> Value {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let jti = format!("jti-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    json!({ "iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60, "jti": jti })
}

/// The same with some of them changed; null takes one away.
pub fn with(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

/// Signs under the key's own name and algorithm.
pub fn sign(pair: &KeyPair, claims: &Value) -> String {
    sign_as(pair, &json!({ "alg": signs_with(pair).as_str(), "kid": pair.kid }), claims)
}

/// Signs with the key's algorithm under any header.
pub fn sign_as(pair: &KeyPair, header: &Value, claims: &Value) -> String {
    let jwk = Jwk::from_bytes(pair.private_jwk.expose()).expect("a key");
    let signer: Box<dyn JwsSigner> = match signs_with(pair) {
        Algorithm::RS256 => Box::new(jws::RS256.signer_from_jwk(&jwk).expect("a signer")),
        Algorithm::PS256 => Box::new(jws::PS256.signer_from_jwk(&jwk).expect("a signer")),
        Algorithm::ES256 => Box::new(jws::ES256.signer_from_jwk(&jwk).expect("a signer")),
        Algorithm::EdDSA => Box::new(jws::EdDSA.signer_from_jwk(&jwk).expect("a signer")),
    };
    compact(signer.as_ref(), header, claims)
}

/// The same ES256 token under the other signature that its key never made but that verifies: (r, n - s).
pub fn malleated(token: &str) -> String {
    use openssl::bn::{BigNum, BigNumContext};
    use openssl::ec::EcGroup;
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let (r, s) = bytes.split_at(32);
    let mut order = BigNum::new().expect("a number");
    let group = EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).expect("P-256");
    group.order(&mut order, &mut BigNumContext::new().expect("a context")).expect("its order");
    let other = &order - &BigNum::from_slice(s).expect("a number");
    let other = other.to_vec_padded(32).expect("32 bytes");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode([r, &other].concat()))
}

/// Signs with a shared secret, whatever the header says.
pub fn hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    compact(&jws::HS256.signer_from_bytes(secret).expect("a signer"), header, claims)
}

/// RFC 7515 §7.1, unsigned.
pub fn unsigned(claims: &Value) -> String {
    format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(claims))
}

fn compact(signer: &dyn JwsSigner, header: &Value, claims: &Value) -> String {
    let input = format!("{}.{}", encode(header), encode(claims));
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signer.sign(input.as_bytes()).expect("a signature")))
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
