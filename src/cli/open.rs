//! Where the commands that touch data work: the database of the settings, beside a server that may be running.

use super::arguments::{DataOptions, Flags};
use super::output::{CliError, Output};
use super::settings;
use crate::admin::office::{Office, Problem};
use crate::app::keys;
use crate::boot::master_key::{self, Inspection};
use crate::boot::{self, BootError, trouble};
use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::config::Settings;
use crate::entropy::OsEntropy;
use crate::outbound::Guarded;
use crate::spec::issuer::Issuer;
use crate::store::sql::Sql;
use crate::telemetry::audit::Actor;

/// The issuer of a server that is given none.
const LOCAL: &str = "http://localhost:8080";

/// bcrypt's cost where the settings leave it to be measured: a command hashes once and does not measure for it.
const USUAL_COST: u32 = 12;

/// An open database, and what working on it needs.
#[derive(Debug)]
pub struct Workplace {
    /// What was configured.
    pub settings: Settings,
    /// The database, its schema up to date.
    pub sql: Sql,
    /// What asks about addresses that are to be registered, as the server will.
    outbound: Guarded,
    /// When the command began.
    pub now: Timestamp,
}

impl Workplace {
    /// Opens the database that the flags, the environment and the file of settings name.
    ///
    /// # Errors
    /// Wrong settings, or a database that cannot be used.
    pub async fn open(data: &DataOptions, out: Output) -> Result<Self, CliError> {
        Self::open_with(&data.flags(), out).await
    }

    async fn open_with(flags: &Flags, out: Output) -> Result<Self, CliError> {
        let settings = settings::for_command(flags, out)?;
        let outbound = outbound(&settings)?;
        let sql = boot::database(&settings).await?;
        Ok(Self { settings, sql, outbound, now: SystemClock.now() })
    }

    /// Administration, by the command line.
    pub fn office(&self) -> Office<'_> {
        office(&self.settings, (&self.sql, &self.outbound), self.now)
    }

    /// Makes the keys that are made on demand for what was registered with these algorithms, so that the key set shows them before they
    /// sign. Where the master key is not at hand the server makes them when it first signs.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn provide_keys(&self, algorithms: impl Iterator<Item = &str>) -> Result<(), CliError> {
        for algorithm in keys::on_demand(algorithms) {
            if let Ok(Inspection::Fits { sealer, .. }) = master_key::inspect(&self.settings, &self.sql).await {
                keys::make_first_key(&self.sql, &sealer, (algorithm, self.now), &OsEntropy)
                    .await
                    .map_err(|error| CliError::failed(format!("The {algorithm} key could not be made: {error:#}.")))?;
            }
        }
        Ok(())
    }
}

/// Administration, by the command line.
pub(super) fn office<'a>(settings: &Settings, (sql, outbound): (&'a Sql, &'a Guarded), now: Timestamp) -> Office<'a> {
    let hash_cost = if settings.hashing.cost == 0 { USUAL_COST } else { settings.hashing.cost };
    Office { sql, now, entropy: &OsEntropy, hash_cost, actor: Actor::CommandLine, sealer: None, outbound, running: None }
}

/// The guarded client of a server with these settings. Where they name no issuer, the server is a trial on this machine.
pub(super) fn outbound(settings: &Settings) -> anyhow::Result<Guarded> {
    let issuer = settings.issuer.clone().map_or_else(|| Issuer::parse(LOCAL), Ok).map_err(anyhow::Error::msg)?;
    Guarded::new(&settings.outbound, &issuer)
}

impl From<BootError> for CliError {
    fn from(error: BootError) -> Self {
        Self::new("failed", error.message, error.mend)
    }
}

impl From<Problem> for CliError {
    fn from(problem: Problem) -> Self {
        let message = problem.message();
        match trouble::of(&message) {
            Some(known) if matches!(problem, Problem::Failed(_)) => Self::new(problem.code(), known.message, known.mend),
            _ => Self::new(problem.code(), message, problem.mend()),
        }
    }
}
