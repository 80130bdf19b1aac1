//! Short-lived things under a key, each with a time to live: in process, or in Redis. Nothing here is missed for long when it is lost.
//!
//! A key is `<kind>:<…>`. The verbs are the same on both; the typed uses of them are in the files beside this one.

pub mod codes;
pub mod device_codes;
pub mod error_records;
mod memory;
pub mod pushed_requests;
mod redis;
mod redis_url;
pub mod replay;
pub mod throttle;
pub mod transactions;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::store::StoreError;
pub use memory::{Full, Limit, Memory};
pub use redis::Redis;

/// The key-value store. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Kv {
    /// In this process; starts empty.
    Memory(Arc<Memory>),
    /// In Redis, shared by all nodes.
    Redis(Redis),
}

/// Dispatches a verb; the memory store answers at once.
macro_rules! verbs {
    ($($(#[$about:meta])* $name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {
        impl Kv { $(
            $(#[$about])*
            pub async fn $name(&self, $($arg: $ty),*) -> Result<$out, StoreError> {
                match self {
                    Self::Memory(memory) => memory.$name($($arg),*),
                    Self::Redis(redis) => redis.$name($($arg),*).await,
                }
            }
        )* }
    };
}

verbs! {
    /// What is there.
    get(key: &str) -> Option<Vec<u8>>;
    /// Puts a value there, whatever was there before.
    put(key: &str, value: &[u8], ttl: Duration) -> ();
    /// Puts a value there unless there is one; true when it did.
    put_new(key: &str, value: &[u8], ttl: Duration) -> bool;
    /// Replaces a value and hands out the old one; does nothing when there is none. One caller gets each value.
    swap(key: &str, value: &[u8], ttl: Duration) -> Option<Vec<u8>>;
    /// Removes a value and hands it out. One caller gets it.
    take(key: &str) -> Option<Vec<u8>>;
    /// Adds to a count that begins at 0, and tells the sum. The time to live starts with the first.
    add(key: &str, by: i64, ttl: Duration) -> u64;
    /// Removes a value.
    delete(key: &str) -> ();
    /// Answers when the store does, and takes what it is given.
    ping() -> ();
}

impl Kv {
    /// Counts one more.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn bump(&self, key: &str, ttl: Duration) -> Result<u64, StoreError> {
        self.add(key, 1, ttl).await
    }

    /// An empty store in this process.
    pub fn memory(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self::Memory(Arc::new(Memory::new(clock, &*entropy, Limit::of_kind)))
    }

    /// Gives the current thread, which runs a runtime of its own, a connection of its own; on the store in process there is none to give.
    pub fn set_apart(&self) {
        if let Self::Redis(redis) = self {
            redis.set_apart();
        }
    }

    /// Removes what has expired in this process, for the sweeper; Redis does so by itself. Returns how many entries that was.
    pub fn clean(&self) -> usize {
        match self {
            Self::Memory(memory) => memory.clean(),
            Self::Redis(_) => 0,
        }
    }

    /// Connects to Redis: `redis://`, `rediss://`, `redis+cluster://`, `redis+sentinel://host:port/master-name`. Must be called on the
    /// runtime of `main`, which drives the connection.
    ///
    /// # Errors
    /// `Unavailable` when Redis does not answer, `Broken` when the URL or the CA file makes no sense.
    pub async fn open_redis(url: &str, ca_file: Option<&Path>) -> Result<Self, StoreError> {
        Self::open_redis_under(url, ca_file, "authy:").await
    }

    /// The same with another prefix of all keys than `authy:`, for several deployments on one Redis.
    pub async fn open_redis_under(url: &str, ca_file: Option<&Path>, prefix: &str) -> Result<Self, StoreError> {
        Redis::open(url, ca_file, prefix).await.map(Self::Redis)
    }
}

/// A stored value of ours that does not read back.
fn unreadable(what: &'static str, error: serde_json::Error) -> StoreError {
    StoreError::Broken(anyhow::Error::new(error).context(what))
}
