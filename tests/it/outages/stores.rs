//! Redis and Postgres go away and come back under load.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::support::backends::{Backend, Servers, on_servers};
use crate::support::deployment::{Party, prepare};
use crate::support::process::{Server, Way};

/// Refreshes again and again while `during` runs; every answer is either right or a clear "not now".
async fn under_load<T>(party: &Party, base: &str, token: &mut String, during: impl Future<Output = T>) -> (T, BTreeSet<u16>) {
    let mut seen = BTreeSet::new();
    let mut during = std::pin::pin!(during);
    loop {
        tokio::select! {
            done = &mut during => return (done, seen),
            answer = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                party.token(base, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
            } => {
                seen.insert(answer.status);
                match answer.status {
                    200 => *token = answer.refresh_token(),
                    503 => {
                        answer.is(503, "temporarily_unavailable");
                        assert!(answer.headers.contains_key("retry-after"));
                    }
                    other => panic!("{other}: {}", answer.body),
                }
            }
        }
    }
}

async fn becomes(server: &Server, status: u16) {
    let started = Instant::now();
    while server.readiness().await != status {
        assert!(started.elapsed() < Duration::from_secs(10), "/readyz is not {status} after ten seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_goes_away_under_load_gives_clear_errors_and_recovers_by_itself() {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: Backend| {
        let mut database = url::Url::parse(&backend.options.url).expect("a URL");
        let mut redis = url::Url::parse(&backend.redis.expect("Redis").url).expect("a URL");
        let place = |url: &url::Url, port: u16| format!("{}:{}", url.host_str().expect("a host"), url.port().unwrap_or(port));
        let ways = [Way::to(&place(&database, 5432)).await, Way::to(&place(&redis, 6379)).await];
        for (url, way) in [(&mut database, &ways[0]), (&mut redis, &ways[1])] {
            let (host, port) = way.address.split_once(':').expect("an address");
            url.set_host(Some(host)).expect("a host");
            url.set_port(port.parse().ok()).expect("a port");
        }
        let env = [
            ("AUTHY_HASHING__COST", "4"),
            ("AUTHY_LOG", "info"),
            ("AUTHY_DATABASE_URL", database.as_str()),
            ("AUTHY_REDIS_URL", redis.as_str()),
        ];
        let party = prepare(&backend.directory, &env);
        let mut server = Server::start(&backend.directory, &env, "127.0.0.1:0");
        let mut token = party.login(&server.base).await.refresh_token();
        for (way, name) in ways.iter().zip(["Postgres", "Redis"]) {
            let outage = async {
                way.set_open(false);
                becomes(&server, 503).await;
                tokio::time::sleep(Duration::from_secs(2)).await;
            };
            let (base, statuses) = (server.base.clone(), under_load(&party, &server.base, &mut token, outage).await.1);
            if name == "Postgres" {
                assert!(statuses.contains(&503), "{name}: {statuses:?}");
            }
            let page = crate::support::browser::Browser::new(&base).get("/login").await;
            assert!(matches!(page.status, 200 | 503), "{name}: {}", page.status);
            way.set_open(true);
            becomes(&server, 200).await;
            let started = Instant::now();
            while party.token(&base, &[("grant_type", "refresh_token"), ("refresh_token", &token)]).await.status != 200 {
                assert!(started.elapsed() < Duration::from_secs(5), "{name} is back and refreshing is not");
            }
            token = party.login(&base).await.refresh_token();
            assert!(server.is_running());
        }
        let log = server.stop();
        assert!(!log.contains("a bug"), "{log}");
        assert!(log.matches(" WARN ").count() < 40, "an outage is told of, and not by every request:\n{log}");
    })
    .await;
}
