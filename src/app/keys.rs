//! The signing keys in use: loaded from SQL, swapped whole, with the JWKS answer made beforehand.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::App;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::jose::keys::{self, KeySet};
use crate::jose::{Algorithm, KeyKind};
use crate::sealing::Sealer;
use crate::secret::Secret;
use crate::store::sql::Sql;
use crate::telemetry::audit;

/// The current key set and its public answer.
#[derive(Debug)]
pub struct Keys {
    current: ArcSwap<Snapshot>,
}

/// One consistent view of the keys.
#[derive(Debug)]
pub struct Snapshot {
    /// Signers and verification keys.
    pub set: KeySet,
    /// The JWKS document, as it goes on the wire.
    pub jwks: Arc<[u8]>,
    /// Its strong `ETag`, with quotes.
    pub etag: String,
    /// What tells one stored state from the next.
    fingerprint: [u8; 32],
}

impl Keys {
    /// Reads the published keys.
    ///
    /// # Errors
    /// When the database is away, or a key cannot be opened with the master key.
    pub async fn load(sql: &Sql, sealer: &Sealer, now: Timestamp) -> anyhow::Result<Self> {
        Ok(Self { current: ArcSwap::from_pointee(snapshot(sql, sealer, now).await?) })
    }

    /// The keys as they are now.
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Reads them again and swaps them in if anything changed; called every second, off the workers.
    ///
    /// # Errors
    /// As [`Keys::load`]; the keys in use stay.
    pub async fn refresh(&self, sql: &Sql, sealer: &Sealer, now: Timestamp) -> anyhow::Result<bool> {
        let stored = sql.signing_keys(now).await.context("signing keys could not be read")?;
        if fingerprint(&stored, now) == self.current.load().fingerprint {
            return Ok(false);
        }
        self.current.store(Arc::new(build(&stored, sealer, now)?));
        Ok(true)
    }
}

impl App {
    /// Signs claims with the key that is in use for this algorithm: RFC 7515 §5.1. One that is made on demand is made now.
    ///
    /// # Errors
    /// When there is no such key, or it does not sign.
    pub async fn sign(&self, algorithm: Algorithm, typ: Option<&str>, claims: &impl Serialize) -> anyhow::Result<Secret<String>> {
        let keys = self.keys.current();
        if let Some(signer) = keys.set.signer(algorithm, self.now()) {
            return Ok(Secret::new(signer.sign(typ, claims)?));
        }
        Box::pin(self.provide_key(algorithm)).await?;
        let keys = self.keys.current();
        let signer = keys.set.signer(algorithm, self.now()).ok_or_else(|| anyhow::anyhow!("no key signs {algorithm} now"))?;
        Ok(Secret::new(signer.sign(typ, claims)?))
    }

    /// Whether a key signs with this algorithm now.
    pub fn signs(&self, algorithm: Algorithm) -> bool {
        self.keys.current().set.signer(algorithm, self.now()).is_some()
    }

    /// Makes the keys that are made on demand, when somebody registers these algorithms: the key set shows them before they sign.
    ///
    /// # Errors
    /// When the database is away, or a key cannot be made.
    pub async fn provide_keys<'a>(&self, algorithms: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
        for algorithm in on_demand(algorithms) {
            if !self.signs(algorithm) {
                self.provide_key(algorithm).await?;
            }
        }
        Ok(())
    }

    async fn provide_key(&self, algorithm: Algorithm) -> anyhow::Result<()> {
        if KeyKind::from(algorithm).is_made_on_demand() {
            make_first_key(&self.sql, &self.sealer, (algorithm, self.now()), self.entropy.as_ref()).await?;
            // Another node may have been first: then its key is read.
            self.keys.refresh(&self.sql, &self.sealer, self.now()).await?;
        }
        Ok(())
    }
}

/// Those of the algorithms whose keys are made on demand.
pub fn on_demand<'a>(algorithms: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Algorithm> {
    algorithms.filter_map(Algorithm::parse).filter(|&algorithm| KeyKind::from(algorithm).is_made_on_demand())
}

/// How far the clock of another node may be behind: it is to sign at once too.
const CLOCKS_APART: Duration = Duration::from_secs(60);

/// Makes the first key of an algorithm that has none; of several nodes one makes it. Nobody has cached a key set for its sake yet, so it
/// signs at once.
///
/// # Errors
/// When the database is away, or the key cannot be made.
pub async fn make_first_key(
    sql: &Sql,
    sealer: &Sealer,
    (algorithm, now): (Algorithm, Timestamp),
    entropy: &dyn Entropy,
) -> anyhow::Result<()> {
    let pair = keys::generate(algorithm, entropy)?.seal(sealer, entropy);
    let event = audit::event(entropy, now, audit::KEYS_CREATED, audit::Actor::System).build();
    if sql.create_first_signing_keys(&keys::first_keys(vec![pair], now - CLOCKS_APART), &event).await? {
        tracing::info!(%algorithm, "the first key of an algorithm was made");
    }
    Ok(())
}

async fn snapshot(sql: &Sql, sealer: &Sealer, now: Timestamp) -> anyhow::Result<Snapshot> {
    let stored = sql.signing_keys(now).await.context("signing keys could not be read")?;
    build(&stored, sealer, now)
}

fn build(stored: &[crate::model::signing_key::SigningKey], sealer: &Sealer, now: Timestamp) -> anyhow::Result<Snapshot> {
    let set = KeySet::load(stored, sealer).context("signing keys could not be opened")?;
    let jwks = set.jwks(now).to_string();
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(jwks.as_bytes())));
    Ok(Snapshot { set, jwks: jwks.into_bytes().into(), etag, fingerprint: fingerprint(stored, now) })
}

/// Which keys there are and when each begins and ends. SQL leaves expired keys out; a key for encryption is shown no longer once its
/// successor is in use, so that moment counts too.
fn fingerprint(stored: &[crate::model::signing_key::SigningKey], now: Timestamp) -> [u8; 32] {
    let mut hash = Sha256::new();
    for key in stored {
        hash.update(key.kid.as_bytes());
        hash.update([u8::from(key.signs_until.is_some_and(|until| until <= now))]);
        for moment in [Some(key.signs_from), key.signs_until, key.published_until] {
            hash.update(moment.map_or(0, Timestamp::as_micros).to_be_bytes());
        }
    }
    hash.finalize().into()
}
