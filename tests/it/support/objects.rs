//! Keys of clients, and what they sign: made once per test run.

use std::sync::OnceLock;

use authy::entropy::OsEntropy;
use authy::jose::{Algorithm, keys};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{self, JwsHeader, JwsSigner};
use serde_json::{Value, json};

static PAIRS: OnceLock<Vec<(Algorithm, keys::KeyPair)>> = OnceLock::new();

fn pair(algorithm: Algorithm) -> &'static keys::KeyPair {
    let pairs =
        PAIRS.get_or_init(|| Algorithm::ALL.map(|algorithm| (algorithm, keys::generate(algorithm, &OsEntropy).expect("a key"))).into());
    pairs.iter().find(|(of, _)| *of == algorithm).map(|(_, pair)| pair).expect("one of each")
}

/// The key set that a client registers.
pub fn jwks() -> Value {
    json!({ "keys": Algorithm::ALL.map(|algorithm| pair(algorithm).public_jwk.clone()) })
}

/// A compact JWS of the client.
pub fn sign(algorithm: Algorithm, claims: &Value) -> String {
    sign_as(algorithm, &json!({"typ": "oauth-authz-req+jwt"}), claims)
}

/// The same with other members in its header.
pub fn sign_as(algorithm: Algorithm, members: &Value, claims: &Value) -> String {
    let pair = pair(algorithm);
    let jwk = Jwk::from_bytes(pair.private_jwk.expose()).expect("a key");
    let signer: Box<dyn JwsSigner> = match algorithm {
        Algorithm::RS256 => Box::new(jws::RS256.signer_from_jwk(&jwk).expect("a signer")),
        Algorithm::PS256 => Box::new(jws::PS256.signer_from_jwk(&jwk).expect("a signer")),
        Algorithm::ES256 => Box::new(jws::ES256.signer_from_jwk(&jwk).expect("a signer")),
        Algorithm::EdDSA => Box::new(jws::EdDSA.signer_from_jwk(&jwk).expect("a signer")),
    };
    let mut header = JwsHeader::new();
    header.set_key_id(&pair.kid);
    for (name, value) in members.as_object().expect("an object") {
        header.set_claim(name, Some(value.clone())).expect("a member");
    }
    jws::serialize_compact(claims.to_string().as_bytes(), &header, &*signer).expect("a JWS")
}

/// RFC 7519 §6: no signature at all.
pub fn unsigned(claims: &Value) -> String {
    format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(claims.to_string()))
}
