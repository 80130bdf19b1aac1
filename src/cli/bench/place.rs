//! Where a run keeps its data: a directory of its own, and on Postgres a database of its own. Both are gone afterwards.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio_postgres::NoTls;
use url::Url;

use crate::entropy::Entropy;
use crate::store::sql::{Options, Sql};

/// The data of one run.
#[derive(Debug)]
pub struct Place {
    /// A private directory.
    pub directory: PathBuf,
    /// The database, which only this run uses.
    pub database_url: String,
    /// The key-value store; in the server's own process when absent.
    pub redis_url: Option<String>,
    database: Option<OwnDatabase>,
}

/// A database that this run made, and the server it is on.
#[derive(Debug)]
struct OwnDatabase {
    server: Url,
    name: String,
}

impl Place {
    /// Makes the directory and, where a Postgres server is named, a database on it.
    ///
    /// # Errors
    /// When either cannot be made: the user of the URL must be allowed to create databases.
    pub async fn make(database_url: Option<&str>, redis_url: Option<&str>, entropy: &dyn Entropy) -> anyhow::Result<Self> {
        let name = format!("authy_bench_{}", entropy.identifier());
        let directory = std::env::temp_dir().join(&name);
        make_private(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        let mut place =
            Self { directory, database_url: "sqlite:authy.db".to_owned(), redis_url: redis_url.map(str::to_owned), database: None };
        if let Some(url) = database_url {
            let server = Url::parse(url).context("--database-url is no URL")?;
            administer(&server, &format!("create database {name}")).await?;
            let mut own = server.clone();
            own.set_path(&name);
            place.database_url = own.into();
            place.database = Some(OwnDatabase { server, name });
        }
        Ok(place)
    }

    /// The path of a file in the directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Opens the database and makes its schema.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn open(&self) -> anyhow::Result<Sql> {
        let (url, data_dir) = (self.database_url.clone(), self.directory.clone());
        let sql = Sql::open(&Options { url, pool_size: 4, synchronous_full: false, ca_file: None, data_dir }).await?;
        sql.migrate().await?;
        Ok(sql)
    }

    /// What the storage is called in the report.
    pub const fn storage(&self) -> &'static str {
        match (&self.database, &self.redis_url) {
            (None, None) => "SQLite",
            (None, Some(_)) => "SQLite and Redis",
            (Some(_), None) => "Postgres",
            (Some(_), Some(_)) => "Postgres and Redis",
        }
    }

    /// Whether the database is a server of its own, whose time is not counted.
    pub const fn is_on_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// Takes the database back. The directory goes when this is dropped.
    ///
    /// # Errors
    /// When the server has gone; then the database stays, and its name is in the error.
    pub async fn clear(mut self) -> anyhow::Result<()> {
        match self.database.take() {
            Some(own) => {
                let dropped = administer(&own.server, &format!("drop database {} with (force)", own.name)).await;
                dropped.with_context(|| format!("the database {} is left over", own.name))
            }
            None => Ok(()),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        remove(&self.directory);
    }
}

/// The master key will lie in it.
fn make_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(directory)
}

fn remove(directory: &Path) {
    // What stays in the temporary directory is removed by the system in time.
    let _ = std::fs::remove_dir_all(directory);
}

async fn administer(server: &Url, statement: &str) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(server.as_str(), NoTls).await.context("the Postgres server of --database-url")?;
    let driver = tokio::spawn(connection);
    client.batch_execute(statement).await.context("the user of --database-url must be allowed to create databases")?;
    drop(client);
    driver.await??;
    Ok(())
}
