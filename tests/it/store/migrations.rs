//! Up, down, up again; by several nodes at once; on a file that only its owner reads.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;

use authy::store::sql::{Created, Kind, Options};
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

#[tokio::test]
async fn a_migration_gives_its_lock_back_when_it_is_done_and_when_it_failed() {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: Backend| {
        let url = kept_open(&backend.options.url);
        let sql = Sql::open(&Options { url, ..backend.options.clone() }).await.unwrap();
        assert!(!sql.revert_migrations().await.unwrap().is_empty());
        assert_eq!(locks(&backend).await, 0);
        execute(&backend.options, "create table users (in_the_way text)").await;
        assert!(sql.migrate().await.is_err());
        assert_eq!(locks(&backend).await, 0);
        execute(&backend.options, "drop table users").await;
        sql.migrate().await.unwrap();
        assert_eq!(locks(&backend).await, 0);
    })
    .await;
}

/// The advisory locks that are held in this database.
async fn locks(backend: &Backend) -> i64 {
    let (client, connection) = tokio_postgres::connect(&backend.options.url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let held = "select count(*) from pg_locks where locktype = 'advisory' and granted \
        and database = (select oid from pg_database where datname = current_database())";
    let locks = client.query_one(held, &[]).await.unwrap().get(0);
    drop(client);
    driver.await.unwrap().unwrap();
    locks
}

/// The URL of the same database behind something that keeps connections to it when its own clients go, as pools do.
fn kept_open(url: &str) -> String {
    let mut through = url::Url::parse(url).unwrap();
    let server = (through.host_str().unwrap().to_owned(), through.port().unwrap_or(5432));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    through.set_host(Some("127.0.0.1")).unwrap();
    through.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
            let (mut back, mut answers) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
            std::thread::spawn(move || pass_on(client, server));
        }
    });
    through.to_string()
}

/// Everything but the farewell; and the connection to the server is never closed.
fn pass_on(mut client: TcpStream, mut server: TcpStream) {
    const FAREWELL: &[u8] = b"X\0\0\0\x04";
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        let said = &buffer[..read];
        if server.write_all(said.strip_suffix(FAREWELL).unwrap_or(said)).is_err() {
            break;
        }
    }
    std::mem::forget(server);
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
