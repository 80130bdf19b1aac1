//! From settings to open storage: the data directory, the database with its schema, the master key, the first signing keys.
//! `serve` and the commands that touch data go the same way.

pub mod key_file;
pub mod master_key;
pub mod trouble;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::admin::keys::make_pairs;
use crate::clock::Timestamp;
use crate::config::Settings;
use crate::entropy::Entropy;
use crate::jose::{KeyKind, rotation};
use crate::sealing::Sealer;
use crate::store::StoreError;
use crate::store::sql::{Options, Sql, Standing};
use crate::telemetry::audit;

pub use master_key::{Master, master_key};

/// Why nothing could be opened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootError {
    /// One sentence: what is wrong. Never a secret.
    pub message: String,
    /// One sentence: what to do.
    pub mend: String,
}

impl BootError {
    pub(crate) fn new(message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { message: message.into(), mend: mend.into() }
    }

    pub(crate) fn of_redis(error: &StoreError) -> Self {
        let causes = match error {
            StoreError::Broken(broken) => format!("{broken:#}"),
            other => other.to_string(),
        };
        Self::new(
            format!("Redis cannot be used: {causes}."),
            "Check AUTHY_REDIS_URL (--redis-url), and that Redis runs and lets this machine in.",
        )
    }

    fn of(error: &StoreError) -> Self {
        let causes = match error {
            StoreError::Broken(broken) => format!("{broken:#}"),
            other => other.to_string(),
        };
        if let Some(known) = trouble::of(&causes) {
            return known;
        }
        match error {
            StoreError::Unavailable(_) | StoreError::Closed(_) => Self::new(
                format!("The database does not answer: {causes}."),
                "Check AUTHY_DATABASE_URL (--database-url), and that the database server runs and lets this machine in.",
            ),
            StoreError::Conflict | StoreError::Broken(_) => Self::new(
                format!("The database cannot be used: {causes}."),
                "Check AUTHY_DATABASE_URL (--database-url); `authy doctor` tells more.",
            ),
        }
    }
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.message, self.mend)
    }
}

impl std::error::Error for BootError {}

impl From<StoreError> for BootError {
    fn from(error: StoreError) -> Self {
        Self::of(&error)
    }
}

/// Makes the data directory, open to its owner only. One that is there is closed to others too, unless it holds what is not ours: then
/// it stays as it is, and `doctor` warns.
///
/// # Errors
/// When it cannot be made, or something else has its name.
pub fn data_directory(settings: &Settings) -> Result<(), BootError> {
    let directory = settings.data_dir.as_path();
    if directory.is_dir() {
        close(directory);
        return Ok(());
    }
    make_private(directory).map_err(|error| {
        BootError::new(
            format!("The data directory {} cannot be made: {error}.", directory.display()),
            "Choose another with --data-dir (AUTHY_DATA_DIR), or let this user write there.",
        )
    })
}

/// Takes the rights of others away from a directory in which everything is ours. Where this user may not do that, it stays.
fn close(directory: &Path) {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let open = std::fs::metadata(directory).is_ok_and(|metadata| metadata.mode() & 0o077 != 0);
    let ours = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("authy.db") || name.trim_start_matches('.').starts_with("master.key")
        })
    };
    if open && std::fs::read_dir(directory).is_ok_and(|mut entries| entries.all(ours)) {
        let _not_allowed = std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700));
    }
}

fn make_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// Opens the database without looking at its schema.
///
/// # Errors
/// When it does not answer, or its URL or file makes no sense.
pub async fn connect(settings: &Settings) -> Result<Sql, BootError> {
    data_directory(settings)?;
    Ok(Sql::open(&options(settings)).await?)
}

/// Opens a database that is there to look at it: nothing is made or changed.
///
/// # Errors
/// As [`connect`].
pub async fn reach(settings: &Settings) -> Result<Sql, BootError> {
    Ok(Sql::open_as_it_is(&options(settings)).await?)
}

fn options(settings: &Settings) -> Options {
    Options {
        url: settings.database_url.expose().clone(),
        pool_size: settings.database.pool_size,
        synchronous_full: settings.database.synchronous_full,
        ca_file: settings.database.ca_file.clone(),
        data_dir: settings.data_dir.clone(),
    }
}

/// The file of the database, if it is one, is not there yet and [`connect`] would make it.
pub fn file_to_be_made(settings: &Settings) -> Option<PathBuf> {
    Sql::file_to_be_made(&options(settings))
}

/// The migrations that are to be applied, found without making anything: a SQLite file that is not there lacks them all.
///
/// # Errors
/// As [`connect`].
pub async fn pending_migrations(settings: &Settings) -> Result<Vec<String>, BootError> {
    match file_to_be_made(settings).is_some() {
        true => Ok(Sql::all_sqlite_migrations()?),
        false => Ok(reach(settings).await?.pending_migrations().await?),
    }
}

/// Opens the database and brings its schema up to date, unless the settings forbid that.
///
/// # Errors
/// As [`connect`]; also when the schema is behind and may not be changed.
pub async fn database(settings: &Settings) -> Result<Sql, BootError> {
    let sql = connect(settings).await?;
    let Standing { pending, unknown } = sql.standing().await?;
    if !unknown.is_empty() {
        tracing::warn!(migrations = ?unknown, "the database was written by a newer authy");
    }
    if pending.is_empty() {
        return Ok(sql);
    }
    if !settings.database.migrate {
        return Err(BootError::new(
            format!("The database lacks {} migration(s), and AUTHY_DATABASE__MIGRATE is false.", pending.len()),
            "Run `authy migrate` first.",
        ));
    }
    let applied = sql.migrate().await?;
    tracing::info!(migrations = applied.len(), "the schema is up to date");
    Ok(sql)
}

/// Everything that `serve` needs: the database, the opened master key, and signing keys in it.
///
/// # Errors
/// Each names what is missing and the mend.
pub async fn open(settings: &Settings, entropy: &dyn Entropy, now: Timestamp) -> Result<(Sql, Sealer), BootError> {
    let sql = database(settings).await?;
    let master = master_key(settings, &sql, entropy, now).await?;
    first_keys(&sql, &master.sealer, entropy, now).await?;
    Ok((sql, master.sealer))
}

/// Makes the first keys of every kind that has none: all of them on the first start, and later those of a kind that a new version brings;
/// but for those that are made on demand. Of several nodes that start at once, one makes them.
///
/// # Errors
/// When the database is away or a key cannot be made.
pub async fn first_keys(sql: &Sql, sealer: &Sealer, entropy: &dyn Entropy, now: Timestamp) -> Result<bool, BootError> {
    let present = sql.signing_keys(now).await?;
    let has = |kind: KeyKind| present.iter().any(|key| key.algorithm == kind.as_str());
    let missing: Vec<KeyKind> = KeyKind::ALL.into_iter().filter(|&kind| !kind.is_made_on_demand() && !has(kind)).collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let pairs = make_pairs(&missing, sealer, entropy).map_err(|error| {
        BootError::new(format!("The first signing keys could not be made: {error:#}."), "Start again; if it stays, report it.")
    })?;
    let event = audit::event(entropy, now, audit::KEYS_CREATED, audit::Actor::System).build();
    Ok(sql.create_first_signing_keys(&rotation::first_keys(pairs, now), &event).await?)
}
