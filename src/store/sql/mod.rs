//! Durable storage: Postgres or SQLite, chosen by the URL, behind one set of queries.
//!
//! The queries are plain functions over `Conn` in `queries/`; that folder is a module of [`postgres`] and of [`sqlite`], each with
//! its own `Conn`. `methods.rs` makes each of them a method of [`Sql`].

mod methods;
mod migrations;
pub mod outcome;
mod postgres;
mod postgres_tls;
mod schema;
mod sqlite;
mod types;

use std::path::PathBuf;
use std::time::Duration;

use diesel::QueryResult;
use futures_util::future::BoxFuture;

pub use migrations::Standing;
pub use outcome::{
    AuditFilter, Changed, Created, Occasion, Page, Queued, Redemption, Registered, Renewal, Room, Rotation, Sealed, SecretChanges,
};
pub use sqlite::queries::master_key::MASTER_KEY_ID;

use crate::store::StoreError;

/// How long a caller waits for a free connection.
const WAIT: Duration = Duration::from_secs(2);
/// How long one query, or one transaction, may take.
const ANSWER: Duration = Duration::from_secs(10);
/// The age at which a connection is replaced.
const OLD: Duration = Duration::from_secs(30 * 60);

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:REL`, `sqlite:/ABS`, `postgres://…`, `postgresql://…`.
    pub url: String,
    /// The most connections that are open at once.
    pub pool_size: usize,
    /// SQLite: wait for the disk at every commit, so that a power loss loses nothing either.
    pub synchronous_full: bool,
    /// Certificate authorities that vouch for the Postgres server; the system's when absent.
    pub ca_file: Option<PathBuf>,
    /// What `sqlite:REL` is relative to.
    pub data_dir: PathBuf,
}

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// How many may write at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writers {
    Many,
    OneAtATime,
}

/// The durable store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sql {
    backend: Backend,
}

#[derive(Clone, Debug)]
enum Backend {
    Postgres(postgres::Database),
    Sqlite(sqlite::Database),
}

impl Sql {
    /// Opens the database and makes sure that it answers. Must be called on the runtime of `main`, which drives the connections.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer, `Broken` when the URL or a file makes no sense.
    pub async fn open(options: &Options) -> Result<Self, StoreError> {
        let backend = match options.url.split_once(':').map(|(scheme, _)| scheme) {
            Some("postgres" | "postgresql") => Backend::Postgres(postgres::open(options).await?),
            Some("sqlite") => {
                // Another program's file does not get the journal of ours.
                if sqlite::file_to_be_made(options).is_none() {
                    Self::open_as_it_is(options).await?.standing().await?;
                }
                Backend::Sqlite(sqlite::open(options).await?)
            }
            _ => return Err(no_such_scheme()),
        };
        Self { backend }.answering().await
    }

    /// Opens a database that is there to look at it: nothing in it is changed.
    ///
    /// # Errors
    /// As [`Sql::open`]; also when there is no such file.
    pub async fn open_as_it_is(options: &Options) -> Result<Self, StoreError> {
        let backend = match options.url.split_once(':').map(|(scheme, _)| scheme) {
            Some("postgres" | "postgresql") => Backend::Postgres(postgres::open(options).await?),
            Some("sqlite") => Backend::Sqlite(sqlite::open_as_it_is(options).await?),
            _ => return Err(no_such_scheme()),
        };
        Self { backend }.answering().await
    }

    async fn answering(self) -> Result<Self, StoreError> {
        self.ping().await?;
        Ok(self)
    }

    /// Gives the current thread, one of `threads` that each run a runtime of their own, its part of the connections. Where that
    /// is less than two, and on SQLite, whose connections have threads of their own, all threads go on sharing.
    ///
    /// # Errors
    /// `Broken` when the pool cannot be made.
    pub fn set_apart(&self, threads: usize) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Postgres(database) => postgres::set_apart(database, threads),
            Backend::Sqlite(_) => Ok(()),
        }
    }

    /// Which database it is.
    pub const fn kind(&self) -> Kind {
        match self.backend {
            Backend::Postgres(_) => Kind::Postgres,
            Backend::Sqlite(_) => Kind::Sqlite,
        }
    }

    /// The file of the database, if it is one, is not there yet and opening would make it.
    pub fn file_to_be_made(options: &Options) -> Option<PathBuf> {
        sqlite::file_to_be_made(options)
    }

    /// The versions of all migrations: what a SQLite file lacks that is not there yet.
    ///
    /// # Errors
    /// `Broken` when the migrations in the binary make no sense.
    pub fn all_sqlite_migrations() -> Result<Vec<String>, StoreError> {
        sqlite::all_migrations()
    }

    /// How the database stands to the migrations in the binary. Changes nothing, and waits for nobody who does.
    ///
    /// # Errors
    /// `Broken` when the database belongs to another program.
    pub async fn standing(&self) -> Result<Standing, StoreError> {
        let known = match &self.backend {
            Backend::Postgres(_) => postgres::all_migrations()?,
            Backend::Sqlite(_) => sqlite::all_migrations()?,
        };
        let (tables, applied) = self.tables_and_versions().await?;
        Standing::of(&tables, applied, known)
    }

    /// The versions of the migrations that have not been applied, in order.
    ///
    /// # Errors
    /// As [`Sql::standing`].
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.standing().await?.pending)
    }

    /// Brings the schema up to date, one node at a time, and returns the versions it applied.
    ///
    /// # Errors
    /// As [`Sql::standing`]; `Broken` also when a migration fails.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        if self.standing().await?.pending.is_empty() {
            return Ok(Vec::new());
        }
        self.migration(migrations::Step::Up).await
    }

    /// Takes every migration back, and with them all data. Returns the versions it reverted.
    pub async fn revert_migrations(&self) -> Result<Vec<String>, StoreError> {
        self.migration(migrations::Step::Down).await
    }

    async fn migration(&self, step: migrations::Step) -> Result<Vec<String>, StoreError> {
        match &self.backend {
            Backend::Postgres(database) => postgres::migration(database, step).await,
            Backend::Sqlite(database) => sqlite::migration(database, step).await,
        }
    }
}

fn no_such_scheme() -> StoreError {
    anyhow::anyhow!("the database URL starts with neither sqlite: nor postgres://").into()
}

/// A query under a time limit.
async fn in_time<T>(query: BoxFuture<'_, QueryResult<T>>) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWER, query).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StoreError::Unavailable(format!("the database did not answer within {} s", ANSWER.as_secs()))),
    }
}
