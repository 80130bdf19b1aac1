//! The master key: configured, read from the data directory, or made; and changed, when the key before it is at hand.

use std::path::Path;

use uuid::Uuid;

use super::{BootError, key_file};
use crate::app::subjects;
use crate::clock::Timestamp;
use crate::config::Settings;
use crate::entropy::Entropy;
use crate::sealing::{MasterKey, Purpose, Sealer};
use crate::secret::Secret;
use crate::store::sql::{MASTER_KEY_ID, Sealed, Sql};
use crate::telemetry::audit;

/// Where the master key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `AUTHY_MASTER_KEY`.
    Settings,
    /// `master.key` in the data directory.
    File,
}

/// The opened master key.
#[derive(Debug)]
pub struct Master {
    /// Seals and opens with it, and opens what the previous key sealed if that one is configured.
    pub sealer: Sealer,
    /// Where it came from.
    pub source: Source,
}

/// Finds or makes the master key and compares its id with the one in the database. With another key, and the one before it in
/// `master_key_previous`, everything is sealed anew in one transaction.
///
/// # Errors
/// No key although the database was written with one; a key that cannot be read; another key than the database's (both ids are named).
pub async fn master_key(settings: &Settings, sql: &Sql, entropy: &dyn Entropy, now: Timestamp) -> Result<Master, BootError> {
    let known = sql.setting(MASTER_KEY_ID).await?;
    let (key, source) = match &settings.master_key {
        Some(text) => (parse(text, "AUTHY_MASTER_KEY")?, Source::Settings),
        None => (from_file(settings, sql, (known.as_deref(), entropy)).await?, Source::File),
    };
    let previous = settings.master_key_previous.as_ref().map(|text| parse(text, "AUTHY_MASTER_KEY_PREVIOUS")).transpose()?;
    let sealer = Sealer::with_previous(&key, previous.as_ref());
    let id = key.id();
    let known = match known {
        Some(known) => known,
        None => sql.put_setting_if_absent(MASTER_KEY_ID, &id).await?,
    };
    if known != id {
        match previous.as_ref() {
            Some(previous) if previous.id() == known => seal_anew(sql, &sealer, &id, (entropy, now)).await?,
            _ => return Err(another_key(&known, &id, previous.as_ref())),
        }
    }
    Ok(Master { sealer, source })
}

/// What is known about the master key without making or changing anything.
#[derive(Debug)]
pub enum Inspection {
    /// The database was never written with one.
    NotYet,
    /// The key at hand is that of the database.
    Fits {
        /// Its id.
        id: String,
        /// Where it came from.
        source: Source,
        /// Opens what is sealed with it.
        sealer: Box<Sealer>,
    },
}

/// Compares the key at hand with the database's.
///
/// # Errors
/// No key at hand, one that cannot be read, or another one.
pub async fn inspect(settings: &Settings, sql: &Sql) -> Result<Inspection, BootError> {
    let Some(known) = sql.setting(MASTER_KEY_ID).await? else { return Ok(Inspection::NotYet) };
    let path = key_file::path(&settings.data_dir);
    let (key, source) = match &settings.master_key {
        Some(text) => (parse(text, "AUTHY_MASTER_KEY")?, Source::Settings),
        None => match key_file::read(&settings.data_dir) {
            Ok(Some(text)) => (parse(&text, &path.display().to_string())?, Source::File),
            Ok(None) => return Err(no_key(Some(&known), &path)),
            Err(error) => return Err(unusable(&path, &error)),
        },
    };
    let previous = settings.master_key_previous.as_ref().map(|text| parse(text, "AUTHY_MASTER_KEY_PREVIOUS")).transpose()?;
    let id = key.id();
    // Before the change of a master key is done, it is the previous one that others seal and open with.
    let sealer = match previous.as_ref() {
        previous if id == known => Sealer::with_previous(&key, previous),
        Some(previous) if previous.id() == known => Sealer::with_previous(previous, Some(&key)),
        previous => return Err(another_key(&known, &id, previous)),
    };
    Ok(Inspection::Fits { id: known, source, sealer: Box::new(sealer) })
}

fn no_key(known: Option<&str>, path: &Path) -> BootError {
    let named = known.map_or_else(String::new, |id| format!(" with the id {id}"));
    BootError::new(
        format!("The database was written with a master key{named}, and there is none: {} does not exist.", path.display()),
        "Put the file back, or give the key in AUTHY_MASTER_KEY_FILE (all nodes share one key).",
    )
}

fn unusable(path: &Path, error: &std::io::Error) -> BootError {
    BootError::new(
        format!("The master key file {} cannot be used: {error}.", path.display()),
        "Let this user read and write it, or set AUTHY_MASTER_KEY_FILE.",
    )
}

fn parse(text: &Secret<String>, name: &str) -> Result<MasterKey, BootError> {
    MasterKey::parse(text.expose()).map_err(|problem| {
        BootError::new(
            format!("The master key in {name} cannot be read: {problem}."),
            "Restore the key that this deployment was started with.",
        )
    })
}

async fn from_file(settings: &Settings, sql: &Sql, (known, entropy): (Option<&str>, &dyn Entropy)) -> Result<MasterKey, BootError> {
    let path = key_file::path(&settings.data_dir);
    let trouble = |error: std::io::Error| unusable(&path, &error);
    if let Some(text) = key_file::read(&settings.data_dir).map_err(trouble)? {
        return parse(&text, &path.display().to_string());
    }
    // Whatever was sealed before could never be opened with a new key.
    if known.is_some() || sql.signing_key_exists().await? {
        return Err(no_key(known, &path));
    }
    super::data_directory(settings)?;
    let made = MasterKey::generate(entropy);
    if key_file::write_new(&settings.data_dir, &made, entropy).map_err(trouble)? {
        tracing::info!(key.id = %made.id(), "made a master key: keep a copy of {} apart from the backups of the database", path.display());
        return Ok(made);
    }
    // Another process made one in this very moment.
    match key_file::read(&settings.data_dir).map_err(trouble)? {
        Some(text) => parse(&text, &path.display().to_string()),
        None => Err(BootError::new(format!("The master key file {} comes and goes.", path.display()), "Let no other program touch it.")),
    }
}

/// Seals everything in the database with the current master key and names that one, in one transaction.
async fn seal_anew(sql: &Sql, sealer: &Sealer, id: &str, (entropy, now): (&dyn Entropy, Timestamp)) -> Result<(), BootError> {
    let again = |purpose: Purpose, stored: &[u8]| {
        let plain = sealer.open(purpose, stored).map(Secret::new)?;
        Some(sealer.seal(purpose, plain.expose(), entropy))
    };
    let mut sealed = Sealed::default();
    for (kid, stored) in sql.sealed_signing_keys(now).await? {
        let Some(key) = again(Purpose::PrivateKey, &stored) else {
            return Err(unopened(
                &format!("The signing key {kid}"),
                "Restore the database from a backup, or withdraw the key with `authy key rotate --emergency`.",
            ));
        };
        sealed.signing_keys.push((kid, key));
    }
    for (secret, stored) in sql.sealed_client_secrets().await? {
        let Some(again) = again(Purpose::Stored, &stored) else {
            return Err(unopened(
                "The secret of a client",
                "Restore the database from a backup, or give the client another secret with `authy client rotate-secret`.",
            ));
        };
        sealed.client_secrets.push((secret, again));
    }
    // Without it every pairwise client would know everybody by another name.
    if let Some(stored) = sql.setting(subjects::PAIRWISE_KEY).await? {
        let Some(key) = subjects::open(&stored, sealer) else {
            return Err(unopened("The key of pairwise subjects", "Restore the database from a backup."));
        };
        sealed.settings.push((subjects::PAIRWISE_KEY, subjects::seal(&key, sealer, entropy)));
    }
    // A notice lives for an hour at most: what neither key opens is left to the sweeper.
    let notices = sql.sealed_notices().await?;
    let anew = |(request, stored): (Uuid, Vec<u8>)| again(Purpose::Stored, &stored).map(|anew| (request, stored, anew));
    sealed.notices = notices.into_iter().filter_map(anew).collect();
    let event = audit::event(entropy, now, audit::MASTER_KEY_CHANGED, audit::Actor::System).build();
    sql.reseal(id, &sealed, &event).await?;
    let (keys, secrets) = (sealed.signing_keys.len(), sealed.client_secrets.len());
    tracing::info!(key.id = %id, keys, secrets, "everything is sealed with the new master key; AUTHY_MASTER_KEY_PREVIOUS can go when the access tokens of before have ended");
    Ok(())
}

fn unopened(what: &str, mend: &str) -> BootError {
    BootError::new(format!("{what} opens with neither master key."), mend)
}

fn another_key(known: &str, given: &str, previous: Option<&MasterKey>) -> BootError {
    let previous = previous.map(|key| format!(", and the previous one has {}", key.id())).unwrap_or_default();
    BootError::new(
        format!(
            "This is not the master key of the database: the database was written with {known}, this key has the id {given}{previous}."
        ),
        format!("Give the key {known}; to change it, give that one as AUTHY_MASTER_KEY_PREVIOUS_FILE as well."),
    )
}
