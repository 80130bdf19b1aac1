//! A bounded cache whose entries live for less than a second: so what one node changes shows on every node within a second,
//! without a channel between the nodes that could break.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OwnedMutexGuard};

/// Short enough that a change, a stale read begun just before it, and the answer fit into one second.
const LIFETIME: Duration = Duration::from_millis(800);

/// A bounded map whose entries expire by the process's own monotonic clock: staleness is about real time, not about protocol time.
pub struct Cache<K, V> {
    entries: quick_cache::sync::Cache<K, (Instant, V)>,
    lifetime: Duration,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// At most `capacity` entries, each for 0.8 s.
    pub fn new(capacity: usize) -> Self {
        Self::lasting(capacity, LIFETIME)
    }

    /// For entries that cannot go stale, only old.
    pub fn lasting(capacity: usize, lifetime: Duration) -> Self {
        Self { entries: quick_cache::sync::Cache::new(capacity), lifetime }
    }

    /// A live entry.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.get(key).filter(|(made, _)| made.elapsed() < self.lifetime).map(|(_, value)| value)
    }

    /// A live entry, or what `load` finds, which is remembered then. Nothing found is never remembered. Loading takes room of its own: every
    /// request would carry it about in its future otherwise, and hardly one in a thousand loads.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn read<Q, E, L>(&self, key: &Q, load: impl FnOnce() -> L) -> Result<Option<V>, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        L: Future<Output = Result<Option<V>, E>>,
    {
        if let Some(value) = self.get(key) {
            return Ok(Some(value));
        }
        let found = Box::pin(load()).await?;
        if let Some(value) = &found {
            self.put(key.to_owned(), value.clone());
        }
        Ok(found)
    }

    /// Remembers.
    pub fn put(&self, key: K, value: V) {
        self.entries.insert(key, (Instant::now(), value));
    }

    /// Forgets one.
    pub fn remove<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.remove(key);
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.entries.clear();
    }
}

/// A bounded set of locks by name: of several who ask the same at once one finds out, and the others find it known.
pub struct Turns<K>(quick_cache::sync::Cache<K, Arc<Mutex<()>>>);

impl<K: Eq + Hash + Clone> Turns<K> {
    /// At most `capacity` locks are remembered; one that is forgotten too early lets two find out the same.
    pub fn new(capacity: usize) -> Self {
        Self(quick_cache::sync::Cache::new(capacity))
    }

    /// Waits for everybody who came before.
    pub async fn take(&self, key: &K) -> OwnedMutexGuard<()> {
        let lock = self.0.get_or_insert_with(key, || Ok::<_, Infallible>(Arc::default()));
        let Ok(lock) = lock;
        lock.lock_owned().await
    }
}

impl<K> fmt::Debug for Turns<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns")
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}
