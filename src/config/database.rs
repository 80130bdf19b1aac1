//! The database, besides its URL.

use std::path::PathBuf;

use super::{parse, reader::Reader};

/// See the settings `database.…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    /// `serve` brings the schema up to date.
    pub migrate: bool,
    /// The most connections.
    pub pool_size: usize,
    /// Who vouches for the Postgres server; the system's authorities when absent.
    pub ca_file: Option<PathBuf>,
    /// SQLite waits for the disk at every commit.
    pub synchronous_full: bool,
}

impl Database {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            migrate: reader.one("database.migrate", parse::boolean),
            pool_size: reader.one("database.pool_size", |text| parse::count(text, 1, 1_000).map(|number| number as usize)),
            ca_file: reader.optional("database.ca_file", parse::path),
            synchronous_full: reader.one("database.synchronous_full", parse::boolean),
        }
    }
}
