//! `migrate --check`, `migrate --plan` and `doctor` look and change nothing; what another program made is left alone.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::{Ran, authy};
use crate::support::backends::{self, Backend, execute};

const CHECK: &[&str] = &["migrate", "--check", "--json"];
const PLAN: &[&str] = &["migrate", "--plan", "--json"];
const DOCTOR: &[&str] = &["doctor", "--json"];

/// `authy …` on the backend's database.
fn run(backend: &Backend, arguments: &[&str]) -> Ran {
    let place = backend.directory.to_str().expect("UTF-8");
    let env = [
        ("AUTHY_DATA_DIR", place),
        ("AUTHY_DATABASE_URL", backend.options.url.as_str()),
        ("AUTHY_LISTEN", "127.0.0.1:0"),
        ("AUTHY_MANAGEMENT_LISTEN", "off"),
    ];
    authy(&backend.directory, &env, arguments)
}

/// Every table by name, and every file with its content and its mode.
async fn as_it_is(backend: &Backend) -> (Vec<String>, BTreeMap<String, (Vec<u8>, u32)>) {
    let mut tables = Vec::new();
    if backend.name == "postgres" {
        let (client, connection) = tokio_postgres::connect(&backend.options.url, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        let rows = client.query("select relname::text from pg_class where relkind in ('r', 'p', 'i', 'S') order by 1", &[]).await.unwrap();
        tables.extend(rows.iter().map(|row| row.get::<_, String>(0)));
        drop(client);
        driver.await.unwrap().unwrap();
    }
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&backend.directory).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
        // The index of the journal is memory that its readers share.
        if !name.ends_with("-shm") {
            files.insert(name, (std::fs::read(&path).unwrap(), path.metadata().unwrap().permissions().mode()));
        }
    }
    (tables, files)
}

/// The database without anything in it; on SQLite an empty file.
async fn emptied(mut backend: Backend) -> Backend {
    if backend.name == "postgres" {
        execute(&backend.options, "drop schema public cascade; create schema public").await;
    } else {
        backend.options.url = format!("sqlite:{}/empty.db", backend.directory.display());
        super::write(&backend.directory, "empty.db", "");
    }
    backend
}

/// Whether connections to come may change anything.
async fn read_only(backend: &Backend, closed: bool) {
    if let ("postgres", Some(name)) = (backend.name, backend.options.url.split(['/', '?']).nth(3)) {
        let change = if closed { "set default_transaction_read_only = on" } else { "reset default_transaction_read_only" };
        execute(&backend.options, &format!("set transaction read write; alter database {name} {change}")).await;
    }
}

async fn make_books(backend: &Backend) {
    if backend.name == "postgres" {
        return execute(&backend.options, "create table books (title text); insert into books values ('Dune')").await;
    }
    use diesel::connection::{Connection as _, SimpleConnection as _};
    let mut connection = diesel::SqliteConnection::establish(backend.directory.join("empty.db").to_str().unwrap()).unwrap();
    connection.batch_execute("create table books (title text); insert into books values ('Dune')").unwrap();
}

#[tokio::test]
async fn an_empty_database_and_one_in_use_stay_as_they_are_when_they_are_looked_at() {
    backends::each(async |backend| {
        // Whoever may only read may look.
        read_only(&backend, true).await;
        let before = as_it_is(&backend).await;
        for arguments in [CHECK, PLAN, DOCTOR] {
            run(&backend, arguments).exits(0);
            assert_eq!(as_it_is(&backend).await, before, "{} {arguments:?}", backend.name);
        }
        read_only(&backend, false).await;
        let backend = emptied(backend).await;
        let before = as_it_is(&backend).await;
        for arguments in [CHECK, PLAN, DOCTOR] {
            let ran = run(&backend, arguments).exits(i32::from(arguments == CHECK));
            assert!(arguments == DOCTOR || ran.json()["pending"].as_array().unwrap().len() > 5, "{ran:?}");
            assert_eq!(as_it_is(&backend).await, before, "{} {arguments:?}", backend.name);
        }
        run(&backend, &["migrate"]).exits(0);
        assert_eq!(run(&backend, CHECK).exits(0).json()["pending"], serde_json::json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_was_killed_leaves_a_journal_which_looking_leaves_too() {
    backends::embedded(&async |mut backend: Backend| {
        let killed = backend.directory.join("killed");
        std::fs::create_dir(&killed).unwrap();
        for name in ["authy.db", "authy.db-wal"] {
            std::fs::copy(backend.directory.join(name), killed.join(name)).unwrap();
        }
        std::fs::set_permissions(&killed, std::fs::Permissions::from_mode(0o700)).unwrap();
        backend.options.url = format!("sqlite:{}/authy.db", killed.display());
        backend.directory = killed;
        let before = as_it_is(&backend).await;
        assert!(!before.1["authy.db-wal"].0.is_empty(), "there is something to leave");
        for arguments in [CHECK, PLAN, DOCTOR] {
            run(&backend, arguments).exits(0);
            assert_eq!(as_it_is(&backend).await, before, "{arguments:?}");
        }
        run(&backend, &["group", "list"]).exits(0);
        for arguments in [CHECK, PLAN, DOCTOR] {
            let before = as_it_is(&backend).await;
            run(&backend, arguments).exits(0);
            assert_eq!(as_it_is(&backend).await, before, "{arguments:?} of a file that was closed");
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    backends::each(async |backend| {
        let backend = emptied(backend).await;
        make_books(&backend).await;
        let before = as_it_is(&backend).await;
        for arguments in [&["serve", "--json"][..], &["migrate", "--json"], CHECK, PLAN, &["user", "list", "--json"], DOCTOR] {
            let ran = run(&backend, arguments).exits(1);
            let said: Value = if arguments == DOCTOR {
                ran.json()["findings"].as_array().unwrap().iter().find(|finding| finding["level"] == "error").unwrap().clone()
            } else {
                serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap()
            };
            assert!(
                said.to_string().contains("belongs to another program: no migration of authy made its tables, such as books"),
                "{said}"
            );
            assert!(said["mend"].as_str().unwrap().contains("AUTHY_DATABASE_URL"), "{said}");
            let mut after = as_it_is(&backend).await;
            // That the first command makes is beside the point.
            after.1.retain(|name, _| before.1.contains_key(name) || name.starts_with("empty.db"));
            assert_eq!(after, before, "{} {arguments:?}", backend.name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_that_a_newer_authy_wrote_is_named_so_by_the_doctor_and_in_the_log() {
    backends::each(async |backend| {
        execute(&backend.options, "insert into __diesel_schema_migrations (version) values ('99990101000000')").await;
        let found = run(&backend, DOCTOR).exits(0).json()["findings"].clone();
        let warning = found.as_array().unwrap().iter().find(|finding| finding["what"].to_string().contains("newer authy")).unwrap();
        assert!(warning["level"] == "warning" && warning["what"].to_string().contains("99990101000000"), "{warning}");
        assert_eq!(run(&backend, CHECK).exits(0).json()["pending"], serde_json::json!([]));
        let log = run(&backend, &["group", "list"]).exits(0).stderr;
        assert!(log.contains("newer authy") && log.contains("99990101000000"), "{log}");
    })
    .await;
}
