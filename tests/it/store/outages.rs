//! A caller that goes away, a connection that breaks, a store that is not there.

use std::time::Duration;

use authy::store::sql::Created;
use authy::store::{Kv, StoreError};

use super::samples::*;
use crate::support::backends::{Servers, each, on_servers};

#[tokio::test(flavor = "current_thread")]
async fn a_caller_that_goes_away_half_way_leaves_no_transaction_behind() {
    each(async |backend| {
        for number in 0..40_u64 {
            let sql = backend.sql.clone();
            let (ada, created) = (user(&format!("user-{number}")), event("user.created"));
            let saving = sql.create_user(&ada, None, &created);
            let _ = tokio::time::timeout(Duration::from_micros(50 * number), saving).await;
        }
        for number in 0..12 {
            let ada = user(&format!("after-{number}"));
            let created = backend.sql.create_user(&ada, None, &event("user.created")).await;
            assert_eq!(created.unwrap(), Created::Done, "{}", backend.name);
        }
        let users = backend.sql.count_users("").await.unwrap();
        let events = recorded(&backend.sql).await.len();
        assert_eq!(usize::try_from(users).unwrap(), events, "a user and its event are saved together or not at all");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_at_once_all_succeed() {
    each(async |backend| {
        let writers: Vec<_> = (0..100)
            .map(|number| {
                let sql = backend.sql.clone();
                tokio::spawn(async move { sql.create_user(&user(&format!("user-{number}")), None, &event("user.created")).await.unwrap() })
            })
            .collect();
        for writer in writers {
            assert_eq!(writer.await.unwrap(), Created::Done);
        }
        assert_eq!(backend.sql.count_users("").await.unwrap(), 100);
    })
    .await;
}

#[tokio::test]
async fn reads_survive_connections_that_the_server_closed() {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: crate::support::backends::Backend| {
        let _ = ada_with_app(&backend.sql).await;
        let name = backend.options.url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        for _ in 0..5 {
            let kill = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
            servers.administer(&kill).await;
            assert!(backend.sql.user_by_login("ada").await.unwrap().is_some());
        }
        servers.administer(&format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        backend.sql.put_setting("a", "b").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_is_away_is_unavailable_and_a_url_without_sense_is_broken() {
    let started = std::time::Instant::now();
    for url in ["redis://:hunter2@127.0.0.1:1", "redis+cluster://:hunter2@127.0.0.1:1", "redis+sentinel://:hunter2@127.0.0.1:1/main"] {
        let error = Kv::open_redis(url, None).await.unwrap_err();
        assert!(error.is_unavailable(), "{url}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert!(matches!(Kv::open_redis("localhost:6379", None).await, Err(StoreError::Broken(_))));
}
