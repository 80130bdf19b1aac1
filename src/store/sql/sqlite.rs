//! SQLite: one file, many readers, one writer at a time.

use std::error::Error;
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _};
use diesel::sqlite::Sqlite;
use diesel::{Connection as _, ConnectionError, ConnectionResult, QueryResult, SqliteConnection};
use diesel_async::pooled_connection::SetupCallback;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::future::{BoxFuture, FutureExt as _, TryFutureExt as _};
use tokio::runtime::Handle;
use url::Url;

use super::{Options, Writers, migrations};
use crate::clock::Timestamp;
use crate::store::StoreError;

#[path = "pool.rs"]
mod pool;
#[path = "queries/mod.rs"]
pub mod queries;
pub mod redemption;
pub mod renewal;
pub mod rotation;
pub mod sign_in;
pub mod turns;

pub use pool::{Database, finish, start};

/// A connection to SQLite.
pub type Conn = SyncConnectionWrapper<SqliteConnection, Threads>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// The tables of the file.
pub const TABLES: &str = "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by 1";

/// Where the database is.
pub struct Place {
    file: PathBuf,
    opening: Opening,
    main: Handle,
}

/// How the file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// To work on it.
    Work {
        /// Wait for the disk at every commit.
        full: bool,
    },
    /// To look at it: nothing is written, not even another journal mode.
    Look {
        /// There is a journal beside it already. Whoever opened the file for writing would move that into the file on closing it, if no server
        /// has it open; where there is none, whoever opened it for reading alone would leave an empty one behind.
        has_journal: bool,
    },
}

/// The blocking threads of one runtime. Unlike diesel-async's own, a query whose caller has gone away is left to end by itself:
/// waiting for it would block, which a runtime of one thread cannot do.
pub struct Threads(Handle);

impl SpawnBlocking for Threads {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync + 'static>>>
    where
        R: Send + 'static,
    {
        self.0.spawn_blocking(task).map_err(Box::from).boxed()
    }

    fn get_runtime() -> Self {
        Self(Handle::current())
    }
}

/// Opens the file, making it when it is not there: readable by its owner only.
pub async fn open(options: &Options) -> Result<Database, StoreError> {
    let file = path_of(&options.url, &options.data_dir)?;
    make(&file, &options.data_dir)?;
    pool_of(file, Opening::Work { full: options.synchronous_full }, options.pool_size)
}

/// Opens a file that is there to look at it, and leaves it as it is. That this user may write it is asked all the same.
pub async fn open_as_it_is(options: &Options) -> Result<Database, StoreError> {
    let file = path_of(&options.url, &options.data_dir)?;
    elsewhere(&file, &options.data_dir)?;
    open_file(OpenOptions::new().read(true).append(true), &file)?;
    let has_journal = beside(&file, "-wal").exists();
    pool_of(file, Opening::Look { has_journal }, options.pool_size)
}

fn pool_of(file: PathBuf, opening: Opening, size: usize) -> Result<Database, StoreError> {
    let main = Handle::current();
    let place = Place { file: file.clone(), opening, main: main.clone() };
    let setup: SetupCallback<Conn> = Box::new(move |_| {
        let (main, file) = (main.clone(), file.clone());
        async move {
            let connecting = main.spawn_blocking(move || connect(&file, opening)).await;
            let connection = connecting.map_err(|error| ConnectionError::BadConnection(error.to_string()))??;
            Ok(Conn::with_runtime(connection, Threads(main)))
        }
        .boxed()
    });
    Database::new(place, size, setup, Writers::OneAtATime)
}

/// The file, if it is not there yet and opening would make it.
pub fn file_to_be_made(options: &Options) -> Option<PathBuf> {
    let file = options.url.starts_with("sqlite:").then(|| path_of(&options.url, &options.data_dir).ok())?;
    file.filter(|file| !file.exists() && missing_elsewhere(file, &options.data_dir).is_none())
}

/// The versions of all migrations, in order.
pub fn all_migrations() -> Result<Vec<String>, StoreError> {
    migrations::versions::<Sqlite>(MIGRATIONS)
}

/// The file that a URL names.
fn path_of(url: &str, data_dir: &Path) -> Result<PathBuf, StoreError> {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    let rest = rest.strip_prefix("//").filter(|rest| rest.starts_with('/')).unwrap_or(rest);
    if rest.is_empty() || rest.starts_with(':') || rest.starts_with("//") || rest.contains('?') {
        return Err(anyhow::anyhow!("a SQLite URL is sqlite:FILE (in the data directory) or sqlite:/ABSOLUTE/FILE").into());
    }
    Ok(data_dir.join(rest))
}

/// The directory of the file, if it is not there and not ours to make: outside the data directory that is more likely a slip of the pen.
fn missing_elsewhere<'a>(file: &'a Path, data_dir: &Path) -> Option<&'a Path> {
    file.parent().filter(|directory| !directory.exists() && !directory.starts_with(data_dir))
}

/// Makes the file with mode 0600 (SQLite gives its companions the same), and its directory with mode 0700.
fn make(file: &Path, data_dir: &Path) -> anyhow::Result<()> {
    elsewhere(file, data_dir)?;
    if let Some(directory) = file.parent().filter(|directory| !directory.exists()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    }
    open_file(OpenOptions::new().read(true).append(true).create(true).mode(0o600), file)
}

fn elsewhere(file: &Path, data_dir: &Path) -> anyhow::Result<()> {
    match missing_elsewhere(file, data_dir) {
        Some(directory) => anyhow::bail!("the directory {} does not exist; make it first", directory.display()),
        None => Ok(()),
    }
}

fn open_file(how: &OpenOptions, file: &Path) -> anyhow::Result<()> {
    how.open(file).map(drop).with_context(|| format!("cannot open the database file {}", file.display()))
}

fn connect(file: &Path, opening: Opening) -> ConnectionResult<SqliteConnection> {
    let path = file.to_str().ok_or_else(|| ConnectionError::BadConnection("the path of the database is not UTF-8".to_owned()))?;
    let mut connection = match opening {
        Opening::Look { has_journal: true } => SqliteConnection::establish(&for_reading(file)?)?,
        Opening::Work { .. } | Opening::Look { .. } => SqliteConnection::establish(path)?,
    };
    let pragmas = match opening {
        Opening::Work { full: true } => "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on",
        Opening::Work { full: false } => "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on",
        Opening::Look { .. } => "pragma query_only = on",
    };
    connection.batch_execute(&format!("pragma busy_timeout = 5000; {pragmas}")).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// The file's name for SQLite, opened for reading alone.
fn for_reading(file: &Path) -> ConnectionResult<String> {
    let absolute = std::path::absolute(file).ok().and_then(|file| Url::from_file_path(file).ok());
    let url = absolute.ok_or_else(|| ConnectionError::BadConnection("the path of the database makes no URL".to_owned()))?;
    Ok(format!("{url}?mode=ro"))
}

/// A transaction that writes takes the lock when it begins: one that read first could not wait for it any more.
async fn begin(conn: &mut Conn) -> QueryResult<()> {
    conn.spawn_blocking(|connection| AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")).await
}

/// Runs migrations under a lock on a file beside the database.
pub async fn migration(database: &Database, step: migrations::Step) -> Result<Vec<String>, StoreError> {
    let (file, opening) = (database.place.file.clone(), database.place.opening);
    let work = move || {
        let lock = lock_beside(&file)?;
        let mut connection = connect(&file, opening).context("cannot open the database")?;
        let versions = migrations::run(&mut connection, MIGRATIONS, step);
        drop(connection);
        drop(lock);
        versions
    };
    database.place.main.spawn_blocking(work).await.map_err(|error| StoreError::Broken(error.into()))?
}

fn lock_beside(database: &Path) -> anyhow::Result<File> {
    let name = beside(database, ".lock");
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&name).context("cannot open the migration lock")?;
    file.lock().context("cannot take the migration lock")?;
    Ok(file)
}

/// A companion of the file.
fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The file has no clock of its own.
pub async fn server_time(_: &mut Conn) -> QueryResult<Option<Timestamp>> {
    Ok(None)
}

/// The audit record is one table here: old events are removed one by one.
pub mod audit_months {
    use diesel::QueryResult;

    use super::Conn;
    use crate::store::sql::types::Time;

    /// There are none.
    #[expect(clippy::unused_async, reason = "on Postgres the same call has work to do")]
    pub async fn keep(_: &mut Conn, _: Time, _: Time) -> QueryResult<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_url_lies_in_the_data_directory_and_an_absolute_one_where_it_says() {
        let path = |url| path_of(url, Path::new("/data"));
        assert_eq!(path("sqlite:authy.db").unwrap(), Path::new("/data/authy.db"));
        assert_eq!(path("sqlite:/srv/a.db").unwrap(), Path::new("/srv/a.db"));
        assert_eq!(path("sqlite:///srv/a.db").unwrap(), Path::new("/srv/a.db"));
        for nonsense in ["sqlite:", "sqlite::memory:", "sqlite://host/a.db", "sqlite:a.db?mode=ro"] {
            assert!(path(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_directory_is_made_for_the_file_only_below_the_data_directory() {
        let place = tempfile::tempdir().unwrap();
        let (data, elsewhere) = (place.path().join("data"), place.path().join("slip/a.db"));
        make(&data.join("inner/a.db"), &data).unwrap();
        assert!(make(&elsewhere, &data).unwrap_err().to_string().contains("does not exist"));
        assert!(!elsewhere.parent().unwrap().exists());
    }

    #[test]
    fn a_file_that_opening_would_refuse_is_not_one_to_be_made() {
        let place = tempfile::tempdir().unwrap();
        let to_be_made = |name: &str| {
            let url = format!("sqlite:{}", place.path().join(name).display());
            let (pool_size, ca_file, data_dir) = (1, None, place.path().join("data"));
            file_to_be_made(&Options { url, pool_size, synchronous_full: false, ca_file, data_dir }).is_some()
        };
        assert_eq!(["data/inner/a.db", "a.db", "slip/a.db"].map(to_be_made), [true, true, false]);
    }
}
