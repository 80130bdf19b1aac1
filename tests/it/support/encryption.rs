//! A client that decrypts, and what a client encrypts to authy: RFC 7516.

use authy::jose::jwe::{ContentEncryption, Encryption, KeyManagement, encrypt, recipient_key};
use authy::jose::keys::{self, KeyKind, KeySet};
use authy::sealing::{MasterKey, Sealer};
use serde_json::Value;

use super::app::TestApp;

/// A client's keys for encryption: it opens with them what authy encrypted.
pub struct Recipient(KeySet);

impl Recipient {
    pub fn new(app: &TestApp) -> Self {
        let entropy = app.app.entropy.as_ref();
        let sealer = Sealer::new(&MasterKey::generate(entropy));
        let pairs = KeyManagement::OWN.map(|alg| keys::generate(KeyKind::Encryption(alg), entropy).expect("a key").seal(&sealer, entropy));
        Self(KeySet::load(&keys::first_keys(pairs.into(), app.now()), &sealer).expect("keys"))
    }

    pub fn jwks(&self, app: &TestApp) -> Value {
        self.0.jwks(app.now())
    }

    pub fn open(&self, app: &TestApp, token: &str) -> String {
        self.0.decrypt(token, (app.now(), app.app.entropy.as_ref())).expect("a token for this recipient").expose().clone()
    }
}

/// A JWT for the provider's eyes, encrypted to a key that it publishes.
pub async fn to_provider(app: &TestApp, how: Encryption, content: &str) -> String {
    let jwks = app.get_json("/.well-known/jwks.json").await;
    let keys = jwks["keys"].as_array().expect("keys").iter().filter_map(Value::as_object);
    encrypt(recipient_key(keys, how.alg).expect("a published key"), how, Some("JWT"), content.as_bytes()).expect("a JWE")
}

/// Encrypted to the provider in one of the ways that it takes.
pub async fn encrypted(app: &TestApp, content: &str) -> String {
    to_provider(app, Encryption { alg: KeyManagement::RsaOaep256, enc: ContentEncryption::A256Gcm }, content).await
}
