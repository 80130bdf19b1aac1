//! Every long-lived part, built once; no statics.

use std::fmt;
use std::sync::Arc;

use crate::clock::{Clock, Timestamp};
use crate::config::Settings;
use crate::entropy::Entropy;
use crate::hashing::Hashing;
use crate::model::authorization_type::AuthorizationType;
use crate::model::client::Client;
use crate::model::consent::Consent;
use crate::model::grant::Grant;
use crate::model::resource::Resource;
use crate::model::session::Session;
use crate::model::user::User;
use crate::outbound::Outbound;
use crate::sealing::Sealer;
use crate::sealing::pairwise::PairwiseKey;
use crate::secret::TokenHash;
use crate::spec::client_metadata::weakening;
use crate::spec::issuer::Issuer;
use crate::store::StoreError;
use crate::store::kv::Kv;
use crate::store::sql::Sql;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::seldom::Seldom;
use uuid::Uuid;

pub mod builder;
pub mod cache;
pub mod client_authorities;
pub mod client_documents;
pub mod client_keys;
pub mod keys;
pub mod resources;
pub mod subjects;

use cache::{Cache, Turns};
use client_authorities::ClientAuthorities;
use client_documents::ClientDocument;
use client_keys::KnownKeys;
use keys::Keys;

/// The running provider.
pub struct App {
    /// What was configured.
    pub settings: Settings,
    /// The issuer that is served: every URL is built from it, never from a request.
    pub issuer: Issuer,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Durable storage.
    pub sql: Sql,
    /// Short-lived storage.
    pub kv: Kv,
    /// Encryption at rest and of what travels through browsers.
    pub sealer: Sealer,
    /// Signing keys.
    pub keys: Keys,
    /// Names of people that only one sector of clients knows.
    pub pairwise: PairwiseKey,
    /// The threads on which passwords are hashed.
    pub hashing: Hashing,
    /// A hash that no password fits, for users that do not exist.
    pub dummy_hash: crate::secret::Secret<String>,
    /// bcrypt's cost for new hashes.
    pub hash_cost: u32,
    /// Requests that authy makes itself.
    pub outbound: Arc<dyn Outbound>,
    /// Who vouches for certificates of clients.
    pub client_authorities: Option<ClientAuthorities>,
    /// Counters.
    pub metrics: Metrics,
    /// Keeps the warnings of an outage few.
    pub outage_warnings: Seldom,
    /// What was read from SQL less than a second ago.
    pub caches: Caches,
}

/// See [`Cache`]: what another node changes shows within a second.
#[derive(Debug)]
pub struct Caches {
    clients: Cache<String, Arc<Client>>,
    users: Cache<String, Arc<User>>,
    sessions: Cache<TokenHash, Arc<Session>>,
    /// Each with the moment as of which SQL had it.
    consents: Cache<(String, String), (Timestamp, Arc<Consent>)>,
    grants: Cache<Uuid, Arc<Grant>>,
    /// By the normal form of their names.
    resources: Cache<String, Arc<Vec<Arc<Resource>>>>,
    revoked_tokens: Cache<String, bool>,
    /// Verdicts on client secrets that an administrator brought: (client, hash of the presented secret) → stored hash it fitted.
    pub client_secrets: Cache<(String, TokenHash), Uuid>,
    /// Who is finding such a verdict.
    pub client_secret_turns: Turns<(String, TokenHash)>,
    /// Keys of clients that were fetched.
    pub client_keys: KnownKeys,
    /// Clients that are documents, as they were last read, or why they are of no use.
    pub client_documents: Cache<String, ClientDocument>,
    /// Which clients were noted as used or approved in which period.
    pub client_use: Cache<(String, i64, &'static str), ()>,
    /// Browser origins that any enabled client may call from (CORS preflight).
    pub origins: Cache<(), Arc<std::collections::HashSet<String>>>,
    /// Types of authorization details (RFC 9396).
    pub authorization_types: Cache<(), Arc<Vec<AuthorizationType>>>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            clients: Cache::new(10_000),
            users: Cache::new(10_000),
            sessions: Cache::new(10_000),
            consents: Cache::new(10_000),
            grants: Cache::new(50_000),
            resources: Cache::new(1_000),
            revoked_tokens: Cache::new(50_000),
            client_secrets: Cache::lasting(1_000, std::time::Duration::from_secs(300)),
            client_secret_turns: Turns::new(1_000),
            client_keys: KnownKeys::default(),
            client_documents: Cache::weighing(16 * 1024 * 1024, std::time::Duration::from_secs(60 * 60), |id, document| {
                document.weight(id)
            }),
            client_use: Cache::lasting(10_000, std::time::Duration::from_secs(24 * 60 * 60)),
            origins: Cache::new(1),
            authorization_types: Cache::new(1),
        }
    }
}

impl Caches {
    /// Lets go of what is too old: whoever filled a cache once does not keep it full.
    pub fn drop_stale(&self) {
        self.clients.drop_stale();
        self.users.drop_stale();
        self.sessions.drop_stale();
        self.consents.drop_stale();
        self.grants.drop_stale();
        self.resources.drop_stale();
        self.revoked_tokens.drop_stale();
        self.client_secrets.drop_stale();
        self.client_keys.drop_stale();
        self.client_documents.drop_stale();
        self.client_use.drop_stale();
    }
}

impl App {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A registered client, enabled or not; an unknown one is asked for each time.
    pub async fn client(&self, client_id: &str) -> Result<Option<Arc<Client>>, StoreError> {
        if client_id.len() > 2_048 {
            return Ok(None);
        }
        self.caches.clients.read(client_id, || shared(self.client_in_force(client_id))).await
    }

    /// A client as it may act now: what was allowed until yesterday is not in force today, and one that is to be swept away is gone.
    async fn client_in_force(&self, client_id: &str) -> Result<Option<Client>, StoreError> {
        let Some(client) = self.sql.client_by_id(client_id).await? else { return Ok(None) };
        let now = self.now();
        if !client.is_vouched_for() && self.sql.dynamic_client(client_id).await?.is_some_and(|dynamic| dynamic.expires_at <= now) {
            return Ok(None);
        }
        Ok(Some(weakening::in_force(client, now)))
    }

    /// Whether a remembered client is no longer what SQL holds; what is remembered is then mended. Asked before a refusal, so that what
    /// an administrator has just allowed is not refused for the rest of the second.
    pub async fn client_has_changed(&self, client_id: &str) -> Result<bool, StoreError> {
        let Some(remembered) = self.caches.clients.get(client_id) else { return Ok(false) };
        let stored = self.client_in_force(client_id).await?;
        if stored.as_ref() == Some(remembered.as_ref()) {
            return Ok(false);
        }
        match stored {
            Some(client) => self.caches.clients.put(client_id.to_owned(), Arc::new(client)),
            None => self.caches.clients.remove(client_id),
        }
        Ok(true)
    }

    /// A user, locked or not.
    pub async fn user(&self, subject: &str) -> Result<Option<Arc<User>>, StoreError> {
        self.caches.users.read(subject, || shared(self.sql.user_by_subject(subject))).await
    }

    /// A session by the hash of its cookie, ended or not. For what does not outlive a session that has ended: pages of ours ask anew.
    pub async fn session(&self, token: &TokenHash) -> Result<Option<Arc<Session>>, StoreError> {
        self.caches.sessions.read(token, || shared(self.sql.session_by_token(token))).await
    }

    /// As of when what a user has approved for a client `suffices`, if it does. What is remembered counts only as far: another node may have
    /// saved more. It may have been taken back on another node, too, so what rests on it is an approval of that moment: saving refuses what
    /// was approved before the last time that something was taken back.
    pub async fn approved_as_of(
        &self,
        (subject, client_id): (&str, &str),
        suffices: impl Fn(&Consent) -> bool,
    ) -> Result<Option<Timestamp>, StoreError> {
        let pair = (subject.to_owned(), client_id.to_owned());
        match self.caches.consents.get(&pair) {
            Some((as_of, consent)) if suffices(&consent) => Ok(Some(as_of)),
            _ => self.approved_now((subject, client_id), suffices).await,
        }
    }

    /// The same, as SQL has it now.
    pub async fn approved_now(
        &self,
        (subject, client_id): (&str, &str),
        suffices: impl Fn(&Consent) -> bool,
    ) -> Result<Option<Timestamp>, StoreError> {
        let as_of = self.now(); // before it is read
        let Some(consent) = self.sql.consent_of(subject, client_id).await? else { return Ok(None) };
        let is_approved = suffices(&consent);
        self.caches.consents.put((subject.to_owned(), client_id.to_owned()), (as_of, Arc::new(consent)));
        Ok(is_approved.then_some(as_of))
    }

    /// A session, as it was just written.
    pub fn remember_session(&self, session: &Arc<Session>) {
        self.caches.sessions.put(session.token_hash, session.clone());
    }

    /// A grant, revoked or not.
    pub async fn grant(&self, id: Uuid) -> Result<Option<Arc<Grant>>, StoreError> {
        self.caches.grants.read(&id, || shared(self.sql.grant_by_id(id))).await
    }

    /// The registered types of authorization details (RFC 9396).
    pub async fn authorization_types(&self) -> Result<Arc<Vec<AuthorizationType>>, StoreError> {
        let all = async || self.sql.list_authorization_types().await.map(Some);
        self.caches.authorization_types.read(&(), || shared(all())).await.map(Option::unwrap_or_default)
    }

    /// The same, where the database need not be asked.
    pub fn remembered_authorization_types(&self) -> Option<Arc<Vec<AuthorizationType>>> {
        self.caches.authorization_types.get(&())
    }

    /// Whether a token without a grant was revoked by its `jti`.
    pub async fn token_is_revoked(&self, jti: &str) -> Result<bool, StoreError> {
        let asked = async || self.sql.token_is_revoked(jti).await.map(Some);
        self.caches.revoked_tokens.read(jti, asked).await.map(|revoked| revoked == Some(true))
    }

    /// This node changed a client.
    pub fn forget_client(&self, client_id: &str) {
        self.caches.clients.remove(client_id);
        self.caches.origins.clear();
    }

    /// This node changed a user.
    pub fn forget_user(&self, subject: &str) {
        self.caches.users.remove(subject);
    }

    /// This node changed a grant.
    pub fn forget_grant(&self, id: Uuid) {
        self.caches.grants.remove(&id);
    }

    /// This node ended a session or a consent, and what they had approved with it.
    pub fn forget_approvals(&self) {
        self.caches.sessions.clear();
        self.caches.consents.clear();
        self.caches.grants.clear();
    }

    /// This node revoked a token by its `jti`.
    pub fn forget_token(&self, jti: &str) {
        self.caches.revoked_tokens.remove(jti);
    }
}

/// What was found, to be held by many at once.
async fn shared<T>(found: impl Future<Output = Result<Option<T>, StoreError>>) -> Result<Option<Arc<T>>, StoreError> {
    Ok(found.await?.map(Arc::new))
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
