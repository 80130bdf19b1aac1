//! kill -9 at random moments under load. `AUTHY_TEST_KILLS` says how often.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use authy::entropy::{Entropy, OsEntropy};
use tempfile::tempdir;

use crate::cli::authy;
use crate::support::app::PASSWORD;
use crate::support::backends::{Backend, Servers, on_servers};
use crate::support::deployment::{Party, create_user, prepare};
use crate::support::process::Server;

const CHAINS: usize = 6;

/// Refreshes until the server is gone; what was acknowledged is in `token`.
async fn refresh_on(party: Party, base: String, token: Arc<Mutex<String>>) {
    loop {
        let presented = token.lock().expect("a token").clone();
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", presented.as_str()),
            ("client_id", &party.id),
            ("client_secret", &party.secret),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = crate::support::http::client().post(format!("{base}/oauth2/token")).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        // A server that is killed leaves the answer out or cuts it off: then nothing was acknowledged.
        let Ok(answer) = request.send().await else { return };
        let status = answer.status();
        let Ok(text) = answer.text().await else { return };
        assert_eq!(status, 200, "{text}");
        let Ok(answer) = serde_json::from_str::<serde_json::Value>(&text) else { return };
        *token.lock().expect("a token") = answer["refresh_token"].as_str().expect("a refresh token").to_owned();
    }
}

async fn survives(place: &Path, env: &[(&str, &str)]) {
    let rounds: usize = std::env::var("AUTHY_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let party = prepare(place, env);
    let mut server = Server::start(place, env, "127.0.0.1:0");
    let listen = server.base.replace("http://localhost", "127.0.0.1");
    let mut chains = Vec::new();
    for _ in 0..CHAINS {
        chains.push(Arc::new(Mutex::new(party.login(&server.base).await.refresh_token())));
    }
    for round in 0..rounds {
        let running: Vec<_> =
            chains.iter().map(|token| tokio::spawn(refresh_on(party.clone(), server.base.clone(), token.clone()))).collect();
        let name = format!("person{round}");
        let (place_of_user, env_of_user) =
            (place.to_owned(), env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>());
        let made = tokio::task::spawn_blocking({
            let name = name.clone();
            move || {
                let env: Vec<(&str, &str)> = env_of_user.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                create_user(&place_of_user, &env, (&name, &format!("{name}@example.org"), PASSWORD));
            }
        });
        let chance: &dyn Entropy = &OsEntropy;
        let [random] = chance.bytes::<1>();
        tokio::time::sleep(Duration::from_millis(150 + 4 * u64::from(random))).await;
        server.kill();
        for task in running {
            task.await.expect("every answer until the end was right");
        }
        made.await.expect("a person");
        server = Server::start(place, env, &listen);
        for token in &chains {
            let presented = token.lock().expect("a token").clone();
            let answer = party.token(&server.base, &[("grant_type", "refresh_token"), ("refresh_token", &presented)]).await.ok();
            let next = answer.refresh_token();
            // Within the grace window the same question has the same answer: there are no two live branches.
            let again = party.token(&server.base, &[("grant_type", "refresh_token"), ("refresh_token", &presented)]).await.ok();
            assert_eq!(again.refresh_token(), next);
            *token.lock().expect("a token") = next;
        }
        authy(place, env, &["user", "show", &name]).exits(0);
        // The consent of the first sign-in is remembered: a new one asks for nothing but the password.
        party.login(&server.base).await;
    }
    let log = server.stop();
    assert!(!log.contains("a bug") && !log.contains("panicked"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_sqlite() {
    let place = tempdir().unwrap();
    survives(place.path(), &[("AUTHY_HASHING__COST", "4"), ("AUTHY_LOG", "warn")]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_postgres_and_redis() {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: Backend| {
        let redis = backend.redis.expect("Redis").url;
        let env = [
            ("AUTHY_HASHING__COST", "4"),
            ("AUTHY_LOG", "warn"),
            ("AUTHY_DATABASE_URL", backend.options.url.as_str()),
            ("AUTHY_REDIS_URL", redis.as_str()),
        ];
        survives(&backend.directory, &env).await;
    })
    .await;
}
