//! Both storages for a test: SQLite with the store in process, and Postgres with Redis.
//!
//! The servers come from `AUTHY_TEST_POSTGRES_URL` (whoever it names may create databases) and `AUTHY_TEST_REDIS_URL`. Without them a
//! test fails, unless `AUTHY_TEST_EMBEDDED_ONLY=1` says that half of it is enough.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use authy::clock::{ManualClock, Timestamp};
use authy::entropy::{Entropy, OsEntropy, SeededEntropy};
use authy::store::sql::Options;
use authy::store::{Kv, Sql};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use futures_util::FutureExt as _;

/// 2026-03-01T12:00:00Z: when every test begins.
pub const START: Timestamp = Timestamp::from_seconds(1_772_366_400);

/// One storage, empty but for the schema, gone when the test is over.
pub struct Backend {
    /// For messages.
    pub name: &'static str,
    pub sql: Sql,
    pub kv: Kv,
    pub clock: Arc<ManualClock>,
    pub entropy: Arc<dyn Entropy>,
    /// What `sql` was opened with, for a second node on the same database.
    pub options: Options,
    /// Where `kv` is, unless it is in this process.
    pub redis: Option<Redis>,
    /// A directory of the test's own.
    pub directory: PathBuf,
}

/// A Redis and the part of it that belongs to the test.
#[derive(Clone)]
pub struct Redis {
    pub url: String,
    pub prefix: String,
}

/// Runs a test on each storage.
pub async fn each(test: impl AsyncFn(Backend)) {
    embedded(&test).await;
    if let Some(servers) = Servers::from_environment() {
        on_servers(&servers, &test).await;
    }
}

/// Runs a test on SQLite and the store in process.
pub async fn embedded(test: &impl AsyncFn(Backend)) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let clock = Arc::new(ManualClock::at(START));
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
    let kv = Kv::memory(clock.clone(), entropy.clone());
    let options = options("sqlite:authy.db", directory.path().to_path_buf());
    let sql = open(&options).await;
    let path = directory.path().to_path_buf();
    test(Backend { name: "sqlite", sql, kv, clock, entropy, options, redis: None, directory: path }).await;
}

/// Runs a test on Postgres and Redis.
pub async fn on_servers(servers: &Servers, test: &impl AsyncFn(Backend)) {
    let entropy: &dyn Entropy = &OsEntropy;
    let name = format!("authy_test_{}", entropy.identifier());
    servers.administer(&format!("create database {name}")).await;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let outcome = AssertUnwindSafe(async {
        let redis = Redis { url: servers.redis.clone(), prefix: format!("{name}:") };
        let kv = Kv::open_redis_under(&redis.url, None, &redis.prefix).await.expect("Redis");
        let options = options(&servers.database(&name), directory.path().to_path_buf());
        let sql = open(&options).await;
        let clock = Arc::new(ManualClock::at(START));
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
        let path = directory.path().to_path_buf();
        test(Backend { name: "postgres", sql, kv, clock, entropy, options, redis: Some(redis), directory: path }).await;
    })
    .catch_unwind()
    .await;
    servers.administer(&format!("drop database {name} with (force)")).await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

fn options(url: &str, data_dir: PathBuf) -> Options {
    Options { url: url.to_owned(), pool_size: 8, synchronous_full: false, ca_file: None, data_dir }
}

async fn open(options: &Options) -> Sql {
    let sql = Sql::open(options).await.expect("the database");
    sql.migrate().await.expect("the migrations");
    sql
}

/// Runs a statement past authy.
pub async fn execute(options: &Options, statement: &str) {
    if options.url.starts_with("postgres") {
        return execute_on_postgres(&options.url, statement).await;
    }
    let file = options.data_dir.join("authy.db");
    let mut connection = SqliteConnection::establish(file.to_str().expect("UTF-8")).expect("the database");
    connection.batch_execute(statement).expect("a statement");
}

async fn execute_on_postgres(url: &str, statement: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("Postgres");
    let driver = tokio::spawn(connection);
    client.batch_execute(statement).await.expect("a statement");
    drop(client);
    driver.await.expect("the driver").expect("the connection");
}

/// The servers that were named in the environment.
pub struct Servers {
    postgres: String,
    redis: String,
}

impl Servers {
    /// `None`, loudly, when the tests were told to do without.
    pub fn from_environment() -> Option<Self> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        match (variable("AUTHY_TEST_POSTGRES_URL"), variable("AUTHY_TEST_REDIS_URL")) {
            (Some(postgres), Some(redis)) => Some(Self { postgres, redis }),
            _ if variable("AUTHY_TEST_EMBEDDED_ONLY").as_deref() == Some("1") => {
                use std::io::Write as _;
                let line = "!!! SKIPPED ON POSTGRES AND REDIS: set AUTHY_TEST_POSTGRES_URL and AUTHY_TEST_REDIS_URL !!!";
                writeln!(std::io::stderr(), "{line}").expect("stderr");
                None
            }
            _ => panic!(
                "set AUTHY_TEST_POSTGRES_URL and AUTHY_TEST_REDIS_URL, or AUTHY_TEST_EMBEDDED_ONLY=1 to try SQLite and the store in process alone"
            ),
        }
    }

    /// The URL of a database on the same server.
    pub fn database(&self, name: &str) -> String {
        let (base, query) = self.postgres.split_once('?').unwrap_or((&self.postgres, ""));
        let (scheme, rest) = base.split_once("://").expect("a URL");
        let authority = rest.split('/').next().unwrap_or(rest);
        format!("{scheme}://{authority}/{name}{}{query}", if query.is_empty() { "" } else { "?" })
    }

    /// Runs a statement as the one who may create databases.
    pub async fn administer(&self, statement: &str) {
        execute_on_postgres(&self.postgres, statement).await;
    }
}
