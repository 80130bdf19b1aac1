//! Puts the parts together. The command line and the tests build the same [`App`]; the tests bring their own time and chance.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::client_authorities::ClientAuthorities;
use super::keys::Keys;
use super::{App, Caches, subjects};
use crate::clock::Clock;
use crate::config::Settings;
use crate::entropy::Entropy;
use crate::hashing::password;
use crate::hashing::{Hashing, calibrate};
use crate::outbound::Outbound;
use crate::sealing::Sealer;
use crate::spec::issuer::Issuer;
use crate::store::kv::Kv;
use crate::store::sql::Sql;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::seldom::Seldom;

/// How long one password may take to hash when the cost is to be measured.
const COMFORTABLE: Duration = Duration::from_millis(250);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// Resolved settings.
    pub settings: Settings,
    /// The issuer, which may depend on the port that was bound.
    pub issuer: Issuer,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Durable storage, with its schema up to date and its first keys made.
    pub sql: Sql,
    /// Short-lived storage.
    pub kv: Kv,
    /// The opened master key.
    pub sealer: Sealer,
    /// What sends authy's own requests.
    pub outbound: Arc<dyn Outbound>,
}

impl App {
    /// Loads the keys, starts the hashing threads, and makes the hash that stands for users who do not exist.
    ///
    /// # Errors
    /// When the signing keys cannot be read or opened.
    pub async fn build(parts: Parts) -> anyhow::Result<Self> {
        let Parts { settings, issuer, clock, entropy, sql, kv, sealer, outbound } = parts;
        let keys = Keys::load(&sql, &sealer, clock.now()).await?;
        let pairwise = subjects::load(&sql, &sealer, entropy.as_ref()).await?;
        let hashing =
            Hashing::start(settings.hashing.threads, settings.hashing.queue).context("the hashing threads could not be started")?;
        let hash_cost = match settings.hashing.cost {
            0 => tokio::task::spawn_blocking(|| calibrate(COMFORTABLE)).await.context("bcrypt could not be measured")?,
            cost => cost,
        };
        let client_authorities = settings.mtls.ca_file.as_deref().map(ClientAuthorities::load).transpose()?;
        let dummy_hash = password::dummy_hash(hash_cost, entropy.as_ref());
        Ok(Self {
            settings,
            issuer,
            clock,
            entropy,
            sql,
            kv,
            sealer,
            keys,
            pairwise,
            hashing,
            dummy_hash,
            hash_cost,
            outbound,
            client_authorities,
            metrics: Metrics::default(),
            outage_warnings: Seldom::default(),
            caches: Caches::default(),
        })
    }
}
