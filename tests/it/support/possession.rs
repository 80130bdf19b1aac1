//! Keys of a client, and what proves that it holds them: RFC 9449 §4.2, RFC 8705 §3.

use authy::clock::Timestamp;
use authy::entropy::OsEntropy;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A key for ES256.
pub struct DpopKey {
    key: EcdsaKeyPair,
    random: SystemRandom,
    pub jwk: Value,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl DpopKey {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).expect("a key");
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) });
        Self { key, random, jwk }
    }

    pub fn thumbprint(&self) -> String {
        authy::jose::thumbprint(&self.jwk).expect("a thumbprint")
    }

    /// A compact JWS with any header and any claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.key.sign(&self.random, signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", encode(signature))
    }

    /// A good proof, but for what `change` says; a `null` takes a claim away.
    pub fn proof(&self, (method, url): (&str, &str), now: Timestamp, change: Value) -> String {
        let entropy: &dyn authy::entropy::Entropy = &OsEntropy;
        let mut claims = json!({ "jti": entropy.identifier(), "htm": method, "htu": url, "iat": now.as_seconds() });
        let members = claims.as_object_mut().expect("an object");
        for (name, value) in change.as_object().expect("an object") {
            members.insert(name.clone(), value.clone());
        }
        members.retain(|_, value| !value.is_null());
        self.sign(&json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk }), &claims)
    }
}

/// The `ath` of an access token.
pub fn ath(token: &str) -> String {
    encode(Sha256::digest(token))
}

/// What a proxy says of a certificate (RFC 9440 §2.1), and its thumbprint.
pub fn certificate(der: &[u8]) -> (String, String) {
    (format!(":{}:", STANDARD.encode(der)), encode(Sha256::digest(der)))
}
