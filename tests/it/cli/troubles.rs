//! What is broken below authy, told with its own mend.

use serde_json::Value;

use super::authy;
use crate::support::backends::{self, Backend, execute};
use crate::support::http::get;
use crate::support::process::Server;

/// Runs `authy … --json`, which must fail, and gives what it said.
async fn refused(backend: &Backend, database_url: &str, arguments: &'static [&'static str]) -> Value {
    let (place, url) = (backend.directory.clone(), database_url.to_owned());
    let run = move || {
        let place_name = place.to_str().expect("UTF-8");
        let env = [
            ("AUTHY_DATA_DIR", place_name),
            ("AUTHY_DATABASE_URL", url.as_str()),
            ("AUTHY_LISTEN", "127.0.0.1:0"),
            ("AUTHY_MANAGEMENT_LISTEN", "off"),
        ];
        authy(&place, &env, &[arguments, &["--json"]].concat()).exits(i32::from(arguments != ROTATE))
    };
    let ran = tokio::task::spawn_blocking(run).await.expect("it ran");
    // On Postgres without Redis a warning of the log comes first.
    let error = ran.stderr.lines().last().unwrap_or_default();
    if arguments == ROTATE { Value::Null } else { serde_json::from_str(error).expect("an error as JSON") }
}

const ROTATE: &[&str] = &["key", "rotate", "--emergency"];

#[track_caller]
fn names(error: &Value, mend: &str) {
    assert!(error["mend"].as_str().expect("a mend").contains(mend), "{error}");
}

#[tokio::test]
async fn a_damaged_signing_key_and_a_lost_table_name_their_own_mend() {
    backends::each(async |backend| {
        let url = backend.options.url.clone();
        refused(&backend, &url, ROTATE).await;
        // On Postgres JSON cannot be damaged, but say nothing of a key.
        let (nothing, damaged) = if backend.name == "postgres" { (r"'\x00'", "[]") } else { ("x'00'", "{") };
        for damage in [&format!("sealed_private_jwk = {nothing}"), &format!("public_jwk = '{damaged}'"), "algorithm = 'HS0'"] {
            execute(&backend.options, &format!("update signing_keys set {damage}")).await;
            names(&refused(&backend, &url, &["serve"]).await, "`authy key rotate --emergency`");
            refused(&backend, &url, ROTATE).await;
            let env = [("AUTHY_DATABASE_URL", url.as_str()), ("AUTHY_DATA_DIR", backend.directory.to_str().expect("UTF-8"))];
            let server = Server::start(&backend.directory, &env, "127.0.0.1:0");
            assert_eq!(get(format!("{}/.well-known/jwks.json", server.base)).await.status(), 200);
            server.kill();
        }
        execute(&backend.options, "drop table group_members").await;
        names(&refused(&backend, &url, &["group", "list"]).await, "backup");
    })
    .await;
}

#[tokio::test]
async fn a_database_and_a_user_that_postgres_does_not_have_are_told_apart() {
    backends::each(async |backend| {
        if backend.name != "postgres" {
            return;
        }
        let mut url = url::Url::parse(&backend.options.url).expect("a URL");
        url.set_path("/authy_test_not_there");
        names(&refused(&backend, url.as_str(), &["user", "list"]).await, "createdb");
        url.set_username("authy_nobody").expect("a user");
        names(&refused(&backend, url.as_str(), &["user", "list"]).await, "the user and the password");
    })
    .await;
}
