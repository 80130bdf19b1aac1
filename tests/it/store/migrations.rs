//! Up, down, up again; by several nodes at once; on a file that only its owner reads.

use std::os::unix::fs::PermissionsExt as _;

use authy::store::sql::{Created, Kind};
use authy::store::{Sql, StoreError};

use super::samples::*;
use crate::support::backends::{Backend, Servers, each, embedded, execute, on_servers};

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again() {
    each(async |backend| {
        let sql = &backend.sql;
        assert_eq!(sql.pending_migrations().await.unwrap(), Vec::<String>::new());
        assert_eq!(sql.migrate().await.unwrap(), Vec::<String>::new(), "twice does no more than once");
        let mut reverted = sql.revert_migrations().await.unwrap();
        reverted.sort();
        assert_eq!(sql.pending_migrations().await.unwrap(), reverted);
        assert!(sql.user_by_subject("x").await.is_err(), "the tables are gone");
        assert_eq!(sql.migrate().await.unwrap(), reverted);
        assert_eq!(sql.create_user(&user("ada"), None, &event("user.created")).await.unwrap(), Created::Done);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_together_migrate_one_after_the_other() {
    each(async |backend| {
        let all = backend.sql.revert_migrations().await.unwrap().len();
        let nodes: Vec<_> = (0..6)
            .map(|_| {
                let options = backend.options.clone();
                tokio::spawn(async move { Sql::open(&options).await.unwrap().migrate().await.unwrap().len() })
            })
            .collect();
        let mut applied = 0;
        for node in nodes {
            applied += node.await.unwrap();
        }
        assert_eq!(applied, all, "each is applied by one node");
    })
    .await;
}

/// The runtime of the test stands still meanwhile, so nothing closes the connection that migrated.
#[tokio::test]
async fn a_migration_gives_its_lock_back_when_it_is_done_and_when_it_failed() {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: Backend| {
        assert_eq!(locks(&backend), 0);
        backend.sql.revert_migrations().await.unwrap();
        assert_eq!(locks(&backend), 0);
        execute(&backend.options, "create table users (in_the_way text)").await;
        assert!(backend.sql.migrate().await.is_err());
        assert_eq!(locks(&backend), 0);
        execute(&backend.options, "drop table users").await;
        backend.sql.migrate().await.unwrap();
    })
    .await;
}

/// The advisory locks that are held in this database, as a thread sees them that keeps this one waiting.
fn locks(backend: &Backend) -> i64 {
    let url = backend.options.url.clone();
    let count = async move {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        let held = "select count(*) from pg_locks where locktype = 'advisory' and granted \
            and database = (select oid from pg_database where datname = current_database())";
        let locks = client.query_one(held, &[]).await.unwrap().get(0);
        drop(client);
        driver.await.unwrap().unwrap();
        locks
    };
    std::thread::spawn(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(count)).join().unwrap()
}

#[tokio::test]
async fn the_database_file_and_its_companions_are_their_owners_alone() {
    embedded(&async |backend: Backend| {
        let _ = backend.sql.create_user(&user("ada"), None, &event("user.created")).await.unwrap();
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&backend.directory).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
            names.push(entry.file_name().into_string().unwrap());
        }
        assert!(names.contains(&"authy.db".to_owned()), "{names:?}");
        assert_eq!(backend.sql.kind(), Kind::Sqlite);
    })
    .await;
}

#[tokio::test]
async fn a_url_that_makes_no_sense_is_told_apart_from_a_server_that_is_away() {
    embedded(&async |backend: Backend| {
        let mut options = backend.options.clone();
        for url in ["mysql://localhost/authy", "authy.db", "sqlite:", "postgres://localhost/a?sslmode=perhaps"] {
            options.url = url.to_owned();
            assert!(matches!(Sql::open(&options).await, Err(StoreError::Broken(_))), "{url}");
        }
        options.url = "postgres://authy:hunter2@127.0.0.1:1/authy".to_owned();
        let error = Sql::open(&options).await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    })
    .await;
}

#[test]
fn a_database_of_the_test_server_keeps_the_parameters_of_its_url() {
    let Some(servers) = Servers::from_environment() else { return };
    assert!(servers.database("other").contains("/other"));
}
