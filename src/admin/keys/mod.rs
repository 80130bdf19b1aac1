//! Signing keys: listed, and rotated.

pub mod plan;

use std::time::Duration;

use crate::admin::office::{Office, Problem};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::failure::Failure;
use crate::jose::{self, Algorithm};
use crate::model::signing_key::SigningKey;
use crate::sealing::{Purpose, Sealer};

use plan::Rotation;

/// A new key pair with its private half sealed. Takes a while for RSA: never on a worker.
///
/// # Errors
/// When the key cannot be made.
pub fn make(algorithm: Algorithm, sealer: &Sealer, entropy: &dyn Entropy, now: Timestamp) -> anyhow::Result<SigningKey> {
    let pair = jose::keys::generate(algorithm, entropy)?;
    Ok(SigningKey {
        kid: pair.kid,
        algorithm: algorithm.as_str().to_owned(),
        public_jwk: pair.public_jwk,
        sealed_private_jwk: sealer.seal(Purpose::PrivateKey, pair.private_jwk.expose().as_bytes(), entropy),
        created_at: now,
        signs_from: now,
        signs_until: None,
        published_until: None,
    })
}

impl Office<'_> {
    /// The published keys, the latest first.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn list_keys(&self) -> Result<Vec<SigningKey>, Problem> {
        Ok(self.sql.signing_keys(self.now).await?)
    }

    /// Makes a new key for every algorithm and retires the old ones; returns the new ones. Blocks while keys are made: for the command line.
    ///
    /// # Errors
    /// When a key cannot be made or saved.
    pub async fn rotate_keys(&self, sealer: &Sealer, rotation: Rotation, longest_token: Duration) -> Result<Vec<SigningKey>, Problem> {
        let existing = self.sql.signing_keys(self.now).await?;
        let mut fresh = Vec::with_capacity(Algorithm::ALL.len());
        for algorithm in Algorithm::ALL {
            let mut key = make(*algorithm, sealer, self.entropy, self.now).map_err(Failure::Broken)?;
            key.signs_from = self.signs_from(&existing, *algorithm, rotation);
            fresh.push(key);
        }
        let mut changed = plan::retire(&existing, rotation, longest_token, self.now);
        changed.extend(fresh.iter().cloned());
        let kind = if rotation == Rotation::Emergency { "keys.rotated_in_emergency" } else { "keys.rotated" };
        self.sql.save_signing_keys(&changed, &self.event(kind).build()).await?;
        Ok(fresh)
    }

    /// An algorithm that has no key yet signs at once: nobody knows another.
    fn signs_from(&self, existing: &[SigningKey], algorithm: Algorithm, rotation: Rotation) -> Timestamp {
        let known = existing.iter().any(|key| key.algorithm == algorithm.as_str());
        if known { rotation.signs_from(self.now) } else { self.now }
    }
}
