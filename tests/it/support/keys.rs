//! Signing keys for tests: made once per test run, since RSA keys are slow to find; sealed anew for every provider.

use std::sync::OnceLock;

use authy::clock::Timestamp;
use authy::entropy::Entropy;
use authy::jose::algorithm::Algorithm;
use authy::jose::keys::{self, KeyPair};
use authy::model::signing_key::SigningKey;
use authy::sealing::Sealer;

static PAIRS: OnceLock<Vec<KeyPair>> = OnceLock::new();

/// One key per algorithm.
pub fn first_keys(sealer: &Sealer, entropy: &dyn Entropy, now: Timestamp) -> Vec<SigningKey> {
    let pairs = PAIRS.get_or_init(|| Algorithm::ALL.iter().map(|algorithm| keys::generate(*algorithm, entropy).expect("a key")).collect());
    keys::first_keys(pairs, sealer, entropy, now)
}
