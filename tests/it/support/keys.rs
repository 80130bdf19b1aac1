//! Signing keys for tests: made once per test run, since RSA keys are slow to find; sealed anew for every provider.

use std::sync::OnceLock;

use authy::clock::Timestamp;
use authy::entropy::Entropy;
use authy::jose::keys;
use authy::jose::{KeyKind, KeyPair};
use authy::model::signing_key::SigningKey;
use authy::sealing::Sealer;

static PAIRS: OnceLock<Vec<KeyPair>> = OnceLock::new();

/// One key of each kind that a first start makes.
pub fn first_keys(sealer: &Sealer, entropy: &dyn Entropy, now: Timestamp) -> Vec<SigningKey> {
    let pairs = PAIRS.get_or_init(|| {
        let first = KeyKind::ALL.into_iter().filter(|kind| !kind.is_made_on_demand());
        first.map(|kind| keys::generate(kind, entropy).expect("a key")).collect()
    });
    let sealed = pairs.iter().map(|pair| KeyPair {
        kid: pair.kid.clone(),
        kind: pair.kind,
        public_jwk: pair.public_jwk.clone(),
        private_jwk: pair.private_jwk.clone(),
    });
    keys::first_keys(sealed.map(|pair| pair.seal(sealer, entropy)).collect(), now)
}
