//! Under which name a client knows a person, and their session: OIDC Core §8.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::App;
use crate::entropy::Entropy;
use crate::model::client::Client;
use crate::sealing::pairwise::PairwiseKey;
use crate::sealing::{Purpose, Sealer};
use crate::secret::Secret;
use crate::spec::subject;
use crate::store::StoreError;
use crate::store::sql::Sql;

/// The setting that holds the sealed key of pairwise names.
pub const PAIRWISE_KEY: &str = "pairwise_key";

impl App {
    /// The `sub` that this client reads.
    pub fn subject_for(&self, client: &Client, subject: &str) -> String {
        if subject::is_pairwise(client) { self.pairwise.name(&subject::sector(client), subject) } else { subject.to_owned() }
    }

    /// The person behind a `sub` that this client brings back; `None` when it never read that one.
    pub fn subject_behind(&self, client: &Client, shown: &str) -> Option<String> {
        if subject::is_pairwise(client) { self.pairwise.subject(&subject::sector(client), shown) } else { Some(shown.to_owned()) }
    }

    /// The `sid` that this client reads: clients that know people by names of their own must not know them by their session either.
    pub fn sid_for(&self, client: &Client, sid: &str) -> String {
        if subject::is_pairwise(client) { self.pairwise.session_name(&subject::sector(client), sid) } else { sid.to_owned() }
    }

    /// The session behind a `sid` that this client brings back in a token of ours. What is no name of its sector is the session's own: from a
    /// token of before it had names, or of a client whose `subject_type` was another.
    pub fn sid_behind(&self, client: &Client, shown: &str) -> String {
        self.pairwise.session(&subject::sector(client), shown).unwrap_or_else(|| shown.to_owned())
    }

    /// The person whom an ID Token of this client's is about: known by the session while that is there, else by the name that the client reads.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn person_of_id_token(&self, client: &Client, sid: Option<&str>, sub: Option<&str>) -> Result<Option<String>, StoreError> {
        let session = match sid {
            Some(sid) => self.sql.session_by_sid(&self.sid_behind(client, sid)).await?,
            None => None,
        };
        Ok(session.map(|session| session.subject).or_else(|| self.subject_behind(client, sub?)))
    }
}

/// The key of this installation, made by the first node that asks.
///
/// # Errors
/// When the database is away, or the key was sealed with another master key.
pub async fn load(sql: &Sql, sealer: &Sealer, entropy: &dyn Entropy) -> anyhow::Result<PairwiseKey> {
    let stored = match sql.setting(PAIRWISE_KEY).await? {
        Some(stored) => stored,
        None => sql.put_setting_if_absent(PAIRWISE_KEY, &seal(&PairwiseKey::generate(entropy), sealer, entropy)).await?,
    };
    open(&stored, sealer).context("the key of pairwise subjects does not open with this master key")
}

/// As it is stored.
pub fn seal(key: &PairwiseKey, sealer: &Sealer, entropy: &dyn Entropy) -> String {
    STANDARD.encode(sealer.seal(Purpose::Stored, key.bytes(), entropy))
}

/// From what is stored.
pub fn open(stored: &str, sealer: &Sealer) -> Option<PairwiseKey> {
    let plain = Secret::new(sealer.open(Purpose::Stored, &STANDARD.decode(stored).ok()?)?);
    plain.expose().as_slice().try_into().ok().map(PairwiseKey::from_bytes)
}
