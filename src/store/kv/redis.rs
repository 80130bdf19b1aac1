//! The store in Redis 7 or later: one command per verb, on one key, so that a cluster will do too.

use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Context as _;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, IntoConnectionInfo as _, Pipeline, RedisError, RedisResult,
    TlsCertificates,
};
use thread_local::ThreadLocal;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::redis_url::{self, Topology};
use crate::store::StoreError;

/// How long an answer may take: the tuned settings fail at once in an outage and recover within 0.1 s of its end.
const ANSWER: Duration = Duration::from_secs(1);
const CONNECT: Duration = Duration::from_millis(500);
/// How long the proof that Redis takes writes is kept.
const PROOF: Duration = Duration::from_secs(10);
const RETRIES: u8 = 2;
const RETRY_DELAYS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));

/// A Redis.
#[derive(Clone)]
pub struct Redis {
    link: Link,
    prefix: Arc<str>,
    /// The runtime of `main`. A connection that is made anew is driven by the runtime it is made on, and that of a web worker stalls
    /// with the worker.
    main: Handle,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Link {
    Single(Arc<Single>),
    Cluster(ClusterConnection),
    Sentinel(Arc<Master>),
}

/// One server: a connection for every thread that has set itself apart, and one for all others.
struct Single {
    client: Client,
    config: ConnectionManagerConfig,
    shared: ConnectionManager,
    own: ThreadLocal<ConnectionManager>,
}

/// The master that the sentinels name, asked for again after every failure.
struct Master {
    client: Mutex<SentinelClient>,
    current: RwLock<Option<MultiplexedConnection>>,
}

impl Master {
    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        if let Some(connection) = &*self.current.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(connection.clone());
        }
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT)).set_response_timeout(Some(ANSWER));
        let connection = self.client.lock().await.get_async_connection_with_config(&config).await?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(connection.clone());
        Ok(connection)
    }

    fn forget(&self) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// One command, or several that Redis runs as one.
enum Question {
    One(Cmd),
    Atomic(Pipeline),
}

impl Question {
    async fn put<T: FromRedisValue>(&self, connection: &mut impl redis::aio::ConnectionLike) -> RedisResult<T> {
        match self {
            Self::One(command) => command.query_async(connection).await,
            Self::Atomic(pipeline) => pipeline.query_async(connection).await,
        }
    }

    async fn put_to_one<T: FromRedisValue>(&self, connection: &ConnectionManager) -> RedisResult<T> {
        let answer = self.put(&mut connection.clone()).await;
        // This tells how the attempt before went, maybe an outage ago; it was not sent, and a new attempt has begun.
        let again = answer.as_ref().is_err_and(|error| error.is_connection_refusal());
        if again { self.put(&mut connection.clone()).await } else { answer }
    }
}

impl Redis {
    /// Connects, and makes sure that Redis answers.
    pub async fn open(url: &str, ca_file: Option<&Path>, prefix: &str) -> Result<Self, StoreError> {
        let topology = redis_url::parse(url)?;
        let root_cert = ca_file.map(|file| std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))).transpose()?;
        let certificates = root_cert.map(|pem| TlsCertificates { client_tls: None, root_cert: Some(pem) });
        let link = Box::pin(connect(topology, certificates)).await?;
        let redis = Self { link, prefix: prefix.into(), main: Handle::current() };
        redis.ping().await?;
        Ok(redis)
    }

    /// Gives the current thread a connection of its own, made at its first use: whoever asks then drives it too, and no other thread has
    /// to be woken on the way there and back. A cluster and sentinels are shared by all.
    pub(super) fn set_apart(&self) {
        let Link::Single(single) = &self.link else { return };
        // Without one the thread shares that of the others.
        drop(single.own.get_or_try(|| ConnectionManager::new_lazy_with_config(single.client.clone(), single.config.clone())));
    }

    async fn ask<T: FromRedisValue + Send>(&self, question: Question) -> Result<T, StoreError> {
        if let Link::Single(single) = &self.link
            && let Some(own) = single.own.get()
        {
            return Box::pin(question.put_to_one(own)).await.map_err(failure);
        }
        let asking = async {
            match &self.link {
                Link::Single(single) => question.put_to_one(&single.shared).await,
                Link::Cluster(connection) => question.put(&mut connection.clone()).await,
                Link::Sentinel(master) => {
                    let answer = match master.connection().await {
                        Ok(mut connection) => question.put(&mut connection).await,
                        Err(error) => Err(error),
                    };
                    answer.inspect_err(|_| master.forget())
                }
            }
        };
        OnMain { main: &self.main, future: Box::pin(asking) }.await.map_err(failure)
    }

    async fn one<T: FromRedisValue + Send>(&self, command: &mut Cmd) -> Result<T, StoreError> {
        self.ask(Question::One(std::mem::take(command))).await
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(redis::cmd("GET").arg(self.key(key))).await
    }

    pub(super) async fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), StoreError> {
        self.one(redis::cmd("SET").arg(self.key(key)).arg(value).arg("PX").arg(millis(ttl))).await
    }

    pub(super) async fn put_new(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, StoreError> {
        let answer: Option<String> = self.one(redis::cmd("SET").arg(self.key(key)).arg(value).arg("NX").arg("PX").arg(millis(ttl))).await?;
        Ok(answer.is_some())
    }

    pub(super) async fn swap(&self, key: &str, value: &[u8], ttl: Duration) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(redis::cmd("SET").arg(self.key(key)).arg(value).arg("XX").arg("GET").arg("PX").arg(millis(ttl))).await
    }

    pub(super) async fn take(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(redis::cmd("GETDEL").arg(self.key(key))).await
    }

    pub(super) async fn add(&self, key: &str, by: i64, ttl: Duration) -> Result<u64, StoreError> {
        let key = self.key(key);
        let mut pipeline = redis::pipe();
        pipeline.atomic().cmd("INCRBY").arg(&key).arg(by).cmd("PEXPIRE").arg(&key).arg(millis(ttl)).arg("NX").ignore();
        let (count,): (i64,) = self.ask(Question::Atomic(pipeline)).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.one(redis::cmd("DEL").arg(self.key(key))).await
    }

    /// By writing: a Redis that is full, a replica, or of a user who may only read answers `PING` as well, and no sign-in comes through.
    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        self.put("ready", b"", PROOF).await
    }
}

async fn connect(topology: Topology, certificates: Option<TlsCertificates>) -> Result<Link, StoreError> {
    let (least, most) = RETRY_DELAYS;
    match topology {
        Topology::Single(url) => {
            let client = match certificates.filter(|_| url.starts_with("rediss:")) {
                Some(certificates) => Client::build_with_tls(url.as_str(), certificates),
                None => Client::open(url.as_str()),
            };
            let config = ConnectionManagerConfig::new()
                .set_response_timeout(Some(ANSWER))
                .set_connection_timeout(Some(CONNECT))
                .set_number_of_retries(usize::from(RETRIES))
                .set_min_delay(least)
                .set_max_delay(most);
            let client = client.map_err(failure)?;
            let shared = ConnectionManager::new_with_config(client.clone(), config.clone()).await.map_err(failure)?;
            Ok(Link::Single(Arc::new(Single { client, config, shared, own: ThreadLocal::new() })))
        }
        Topology::Cluster(nodes) => {
            let mut builder = ClusterClient::builder(nodes)
                .retries(u32::from(RETRIES))
                .min_retry_wait(u64::try_from(least.as_millis()).unwrap_or(20))
                .max_retry_wait(u64::try_from(most.as_millis()).unwrap_or(200))
                .connection_timeout(CONNECT)
                .response_timeout(ANSWER);
            if let Some(certificates) = certificates {
                builder = builder.certs(certificates);
            }
            let client = builder.build().map_err(failure)?;
            client.get_async_connection().await.map(Link::Cluster).map_err(failure)
        }
        Topology::Sentinel { sentinels, master, settings } => {
            let client = sentinel_client(&sentinels, &master, &settings, certificates).map_err(failure)?;
            Ok(Link::Sentinel(Arc::new(Master { client: Mutex::new(client), current: RwLock::default() })))
        }
    }
}

fn sentinel_client(
    sentinels: &[String],
    master: &str,
    settings: &str,
    certificates: Option<TlsCertificates>,
) -> RedisResult<SentinelClient> {
    let address = |url: &String| url.as_str().into_connection_info().map(|info| info.addr().clone());
    let addresses = sentinels.iter().map(address).collect::<RedisResult<Vec<_>>>()?;
    let info = settings.into_connection_info()?;
    let redis = info.redis_settings();
    let mut builder = SentinelClientBuilder::new(addresses, master, SentinelServerType::Master)?
        .set_client_to_redis_db(redis.db())
        .set_client_to_redis_protocol(redis::ProtocolVersion::RESP3);
    if let Some(username) = redis.username() {
        builder = builder.set_client_to_redis_username(username);
    }
    if let Some(password) = redis.password() {
        builder = builder.set_client_to_redis_password(password);
    }
    if settings.starts_with("rediss:") {
        builder = builder.set_client_to_redis_tls_mode(redis::TlsMode::Secure);
        if let Some(certificates) = certificates {
            builder = builder.set_client_to_redis_certificates(certificates.clone()).set_client_to_sentinel_certificates(certificates);
        }
    }
    builder.build()
}

/// What cannot be read or makes no sense is broken; whatever else Redis or the way to it says may be over in a moment.
fn failure(error: RedisError) -> StoreError {
    match error.kind() {
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType | ErrorKind::InvalidClientConfig => {
            StoreError::Broken(anyhow::Error::new(error).context("Redis"))
        }
        _ => StoreError::Unavailable(format!("Redis: {error}")),
    }
}

fn millis(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1)
}

/// A future that finds itself on the runtime of `main` whenever it is polled: what it starts runs there.
struct OnMain<'a, T> {
    main: &'a Handle,
    future: Pin<Box<dyn Future<Output = T> + Send + 'a>>,
}

impl<T> Future for OnMain<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let _main = self.main.enter();
        self.future.as_mut().poll(cx)
    }
}
