//! Request objects as clients sign them: RFC 9101. With the keys of [`signer`].

use authy::jose::Algorithm;
use serde_json::{Value, json};

use super::signer;
pub use super::signer::unsigned;

/// The key set that a client registers.
pub fn jwks() -> Value {
    signer::set(signer::KEYS.iter())
}

/// A compact JWS of the client.
pub fn sign(algorithm: Algorithm, claims: &Value) -> String {
    sign_as(algorithm, &json!({"typ": "oauth-authz-req+jwt"}), claims)
}

/// The same with other members in its header.
pub fn sign_as(algorithm: Algorithm, members: &Value, claims: &Value) -> String {
    let key = signer::key(algorithm);
    signer::sign_as(key, &signer::with(json!({"alg": algorithm.as_str(), "kid": key.kid}), members), claims)
}
