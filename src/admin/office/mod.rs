//! Where administration is done: the same steps for `/admin` and for the command line, which works beside a running server.

use std::fmt;

use crate::admin::fault::{Fault, Faults};
use crate::admin::paging::{PAGE_SIZE, Question};
use crate::app::App;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::failure::Failure;
use crate::outbound::Outbound;
use crate::sealing::Sealer;
use crate::secret::Secret;
use crate::store::StoreError;
use crate::store::sql::{Page, Sql};
use crate::telemetry::audit::{self, Actor};

/// Somebody who administers, with what the work needs.
#[derive(Clone, Copy, Debug)]
pub struct Office<'a> {
    /// Durable storage.
    pub sql: &'a Sql,
    /// The moment.
    pub now: Timestamp,
    /// Chance.
    pub entropy: &'a dyn Entropy,
    /// bcrypt's cost for passwords and brought secrets.
    pub hash_cost: u32,
    /// Who they are, for the audit record.
    pub actor: Actor<'a>,
    /// Seals secrets that must be had back; `None` where none is made.
    pub sealer: Option<&'a Sealer>,
    /// What asks about addresses that somebody wants to register.
    pub outbound: &'a dyn Outbound,
    /// The running provider, whose caches must forget what changes; `None` on the command line.
    pub running: Option<&'a App>,
}

/// Why something was not done.
#[derive(Debug)]
pub enum Problem {
    /// What was asked for is wrong; nothing changed.
    Refused(Faults),
    /// The name is taken.
    Exists(Fault),
    /// There is no such thing.
    NotFound(Fault),
    /// A store is away, hashing is busy, or something broke.
    Failed(Failure),
}

impl Problem {
    /// The one word that scripts tell problems apart by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Exists(_) => "already_exists",
            Self::NotFound(_) => "not_found",
            Self::Failed(Failure::Busy(_)) => "unavailable",
            Self::Failed(_) => "failed",
        }
    }

    /// What is wrong, as faults; none when it is the provider that failed.
    pub fn faults(&self) -> Faults {
        match self {
            Self::Refused(faults) => faults.clone(),
            Self::Exists(fault) | Self::NotFound(fault) => fault.clone().into(),
            Self::Failed(_) => Faults::default(),
        }
    }

    /// A refusal of one thing.
    pub fn refused(field: &'static str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Refused(Fault::new(field, message, mend).into())
    }

    /// Nothing goes by that name.
    pub fn not_found(what: &str, name: &str, mend: impl Into<String>) -> Self {
        Self::NotFound(Fault::new("", format!("There is no {what} {name:?}."), mend))
    }

    /// What is wrong, in words.
    pub fn message(&self) -> String {
        match self {
            Self::Failed(failure) => failure.detail(),
            _ => self.faults().iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        }
    }

    /// What to do about it, in words.
    pub fn mend(&self) -> String {
        match self {
            Self::Failed(Failure::Busy(_)) => "Try again in a moment; `authy doctor` shows what is away.".to_owned(),
            Self::Failed(_) => "Look at the log; `authy doctor` checks the deployment.".to_owned(),
            _ => {
                let mut mends: Vec<String> = self.faults().iter().map(|fault| fault.mend.clone()).filter(|mend| !mend.is_empty()).collect();
                mends.dedup();
                mends.join(" ")
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Problem {}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::Refused(faults)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl<'a> Office<'a> {
    /// In a running provider.
    pub fn of(app: &'a App, actor: Actor<'a>) -> Self {
        let (sql, entropy, sealer, outbound) = (&app.sql, app.entropy.as_ref(), Some(&app.sealer), app.outbound.as_ref());
        Self { sql, now: app.now(), entropy, hash_cost: app.hash_cost, actor, sealer, outbound, running: Some(app) }
    }

    /// An audit event of this moment by whoever administers.
    pub(in crate::admin) fn event(&self, kind: &str) -> audit::EventBuilder {
        audit::event(self.entropy, self.now, kind, self.actor)
    }

    /// Hashes a password or a brought secret: in a running provider on the threads that are there for it.
    pub(in crate::admin) async fn hash(&self, secret: &Secret<String>) -> Result<Secret<String>, Problem> {
        use crate::hashing::password;
        let cost = self.hash_cost;
        let hashed = match self.running {
            None => password::hash(secret.expose(), cost, self.entropy),
            Some(app) => {
                let (secret, entropy) = (secret.clone(), app.entropy.clone());
                app.hashing
                    .run(move || password::hash(secret.expose(), cost, entropy.as_ref()))
                    .await
                    .ok_or_else(|| Failure::Busy("the hashing queue is full".into()))?
            }
        };
        hashed.map_err(|error| Problem::Failed(Failure::Broken(anyhow::anyhow!("hashing failed: {error}"))))
    }

    /// Before what asks for these algorithms is saved. On the command line there is no running provider to ask.
    pub(in crate::admin) async fn provide_keys<'b>(&self, algorithms: impl Iterator<Item = &'b str>) -> Result<(), Problem> {
        match self.running {
            Some(app) => Ok(app.provide_keys(algorithms).await.map_err(Failure::Broken)?),
            None => Ok(()),
        }
    }

    pub(in crate::admin) fn forget_client(&self, client_id: &str) {
        if let Some(app) = self.running {
            app.forget_client(client_id);
            app.forget_approvals();
        }
    }

    pub(in crate::admin) fn forget_user(&self, subject: &str) {
        if let Some(app) = self.running {
            app.forget_user(subject);
            app.forget_approvals();
        }
    }
}

/// What a page of a list loads: one entry more than it shows, to know whether there is a next page.
pub(in crate::admin) fn page_of(question: &Question) -> Page {
    Page { search: question.search.clone(), after: question.after.clone(), limit: PAGE_SIZE.saturating_add(1) }
}
