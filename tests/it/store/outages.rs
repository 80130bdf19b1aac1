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

/// A way to Redis that can be cut: everything that comes to the listener goes on to the address.
async fn forward(listener: tokio::net::TcpListener, to: String) {
    let mut open = tokio::task::JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let to = to.clone();
        open.spawn(async move {
            let mut far = tokio::net::TcpStream::connect(to).await.unwrap();
            let _cut = tokio::io::copy_bidirectional(&mut near, &mut far).await;
        });
    }
}

#[tokio::test]
async fn a_redis_that_is_back_answers_the_first_question_of_a_node_that_was_idle() {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: crate::support::backends::Backend| {
        let url = url::Url::parse(&backend.redis.unwrap().url).unwrap();
        let to = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(6379));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let near = listener.local_addr().unwrap();
        let way = tokio::spawn(forward(listener, to.clone()));
        let kv = Kv::open_redis(&format!("redis://{near}"), None).await.unwrap();
        way.abort();
        assert!(way.await.unwrap_err().is_cancelled());
        assert!(kv.ping().await.unwrap_err().is_unavailable());
        tokio::time::sleep(Duration::from_millis(700)).await;
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(near).unwrap();
        let way = tokio::spawn(forward(socket.listen(16).unwrap(), to));
        kv.ping().await.unwrap();
        way.abort();
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

/// As a Redis that is full or became a replica: it answers, and takes nothing.
#[tokio::test]
async fn a_redis_that_takes_no_writes_is_not_ready() {
    use std::io::{Read as _, Write as _};
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: crate::support::backends::Backend| {
        let redis = backend.redis.expect("Redis");
        let mut url = url::Url::parse(&redis.url).unwrap();
        let place = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(6379));
        let name = redis.prefix.trim_end_matches(':').to_owned();
        let administer = |command: String| {
            let mut line = std::net::TcpStream::connect(&place).unwrap();
            line.write_all(format!("{command}\r\n").as_bytes()).unwrap();
            let mut answer = [0; 100];
            let read = line.read(&mut answer).unwrap();
            String::from_utf8_lossy(&answer[..read]).trim_end().to_owned()
        };
        assert_eq!(administer(format!("ACL SETUSER {name} on >reader ~* +@read +@connection +set")), "+OK");
        url.set_username(&name).unwrap();
        url.set_password(Some("reader")).unwrap();
        let kv = Kv::open_redis_under(url.as_str(), None, &redis.prefix).await.unwrap();
        kv.ping().await.unwrap();
        assert_eq!(administer(format!("ACL SETUSER {name} -set")), "+OK");
        assert_eq!(kv.get("k:1").await.unwrap(), None, "it answers");
        assert!(kv.ping().await.is_err());
        assert_eq!(administer(format!("ACL SETUSER {name} +set")), "+OK");
        kv.ping().await.unwrap();
        assert_eq!(administer(format!("ACL DELUSER {name}")), ":1");
    })
    .await;
}
