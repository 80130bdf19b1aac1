//! Signing keys: listed, and rotated.

pub mod plan;

use std::time::Duration;

use crate::admin::office::{Office, Problem};
use crate::entropy::Entropy;
use crate::failure::Failure;
use crate::jose::{self, KeyKind, SealedPair, rotation};
use crate::model::signing_key::SigningKey;
use crate::sealing::Sealer;
use crate::telemetry::audit;

use plan::State;

/// A new key pair of each kind, all at once on threads of their own: RSA keys take a while.
///
/// # Errors
/// When a key cannot be made.
pub fn make_pairs(kinds: &[KeyKind], sealer: &Sealer, entropy: &dyn Entropy) -> anyhow::Result<Vec<SealedPair>> {
    std::thread::scope(|threads| {
        let started: Vec<_> = kinds.iter().map(|&kind| threads.spawn(move || jose::keys::generate(kind, entropy))).collect();
        started
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(pair) => Ok(pair?.seal(sealer, entropy)),
                Err(_) => Err(anyhow::anyhow!("a thread that makes a key died")),
            })
            .collect()
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

    /// Makes a new key of every kind that is there and retires the old ones: the new keys are published now and sign after a day, the old ones
    /// stay published until their last token has died, and a day longer. Returns the published keys afterwards. Blocks while keys are made:
    /// for the command line. `longest_token` is the longest life of anything that is signed.
    ///
    /// # Errors
    /// When a key cannot be read, made or saved, or somebody else replaced keys meanwhile.
    pub async fn rotate_keys(&self, sealer: &Sealer, longest_token: Duration) -> Result<Vec<SigningKey>, Problem> {
        let existing = self.sql.signing_keys(self.now).await?;
        let pairs = self.new_pairs(sealer, |kind| existing.iter().any(|key| key.algorithm == kind.as_str()))?;
        let changed = rotation::rotate(&existing, pairs, self.now, longest_token);
        // An emergency while the new ones were made counts: what it withdrew is not shown again.
        if !self.sql.rotate_signing_keys(&existing, &changed, &self.event(audit::KEYS_ROTATED).build()).await? {
            let message = "Somebody else has replaced signing keys while the new ones were made; nothing was changed.";
            return Err(Problem::refused("", message, "Look at `authy key list`, and rotate again if that is still wanted."));
        }
        self.list_keys().await
    }

    /// A key has leaked, or cannot be read: new ones sign at once and all others are withdrawn at once, unread. Blocks as [`Office::rotate_keys`].
    ///
    /// # Errors
    /// When a key cannot be made or saved.
    pub async fn withdraw_keys(&self, sealer: &Sealer) -> Result<Vec<SigningKey>, Problem> {
        let mut demanded = Vec::new();
        for kind in KeyKind::ALL.into_iter().filter(|kind| kind.is_made_on_demand()) {
            if self.sql.had_signing_key(kind.as_str()).await? {
                demanded.push(kind);
            }
        }
        let pairs = self.new_pairs(sealer, |kind| demanded.contains(&kind))?;
        let new = rotation::first_keys(pairs, self.now);
        self.sql.replace_signing_keys(&new, self.now, &self.event(audit::KEYS_WITHDRAWN).build()).await?;
        self.list_keys().await
    }

    /// A pair of every kind, but of those that are made on demand only where somebody asked for them.
    fn new_pairs(&self, sealer: &Sealer, has: impl Fn(KeyKind) -> bool) -> Result<Vec<SealedPair>, Problem> {
        let kinds: Vec<KeyKind> = KeyKind::ALL.into_iter().filter(|&kind| !kind.is_made_on_demand() || has(kind)).collect();
        Ok(make_pairs(&kinds, sealer, self.entropy).map_err(Failure::Broken)?)
    }

    /// The longest life of anything a client may be given that is signed: the server's settings, and what clients and resources say.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn longest_token(&self, of_settings: Duration) -> Result<Duration, Problem> {
        let clients = self.all_clients("").await?;
        let of_clients = clients.iter().flat_map(|client| [client.metadata.access_token_lifetime, client.metadata.id_token_lifetime]);
        let resources = self.list_resources().await?;
        let of_resources = resources.iter().map(|resource| resource.access_token_lifetime);
        let longest = of_clients.chain(of_resources).flatten().max().map_or(Duration::ZERO, Duration::from_secs);
        Ok(of_settings.max(longest))
    }
}

/// How many keys of a list are in a state.
pub fn count(keys: &[SigningKey], wanted: State, now: crate::clock::Timestamp) -> usize {
    keys.iter().filter(|key| plan::state(key, now) == wanted).count()
}
