//! A bounded cache whose entries live for less than a second: so what one node changes shows on every node within a second,
//! without a channel between the nodes that could break.

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_cache::sync::DefaultLifecycle;
use quick_cache::{DefaultHashBuilder, Options, OptionsBuilder, Weighter};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Short enough that a change, a stale read begun just before it, and the answer fit into one second.
const LIFETIME: Duration = Duration::from_millis(800);

/// Parts of a cache that is bounded in bytes, each with a lock and a share of its own: few, so that a large entry fits into a share.
const SHARES: usize = 4;
/// Bytes of a usual entry of such a cache; it only has to be of the right order.
const USUAL_BYTES: u64 = 4 * 1024;

/// A bounded map whose entries expire by the process's own monotonic clock: staleness is about real time, not about protocol time.
pub struct Cache<K, V> {
    entries: quick_cache::sync::Cache<K, Entry<V>, Scales>,
    lifetime: Duration,
    weigh: fn(&K, &V) -> u64,
}

/// What is kept, since when, and how much of the bound it takes.
#[derive(Clone)]
struct Entry<V> {
    made: Instant,
    weight: u64,
    value: V,
}

/// Reads what was weighed when the entry came.
#[derive(Clone)]
struct Scales;

impl<K, V> Weighter<K, Entry<V>> for Scales {
    fn weight(&self, _: &K, entry: &Entry<V>) -> u64 {
        entry.weight
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// At most `capacity` entries, each for 0.8 s.
    pub fn new(capacity: usize) -> Self {
        Self::lasting(capacity, LIFETIME)
    }

    /// For entries that cannot go stale, only old.
    pub fn lasting(capacity: usize, lifetime: Duration) -> Self {
        Self { entries: quick_cache::sync::Cache::with_weighter(capacity, capacity as u64, Scales), lifetime, weigh: |_, _| 1 }
    }

    /// For entries whose size others choose: all of them together take about that many bytes and no more.
    pub fn weighing(bytes: u64, lifetime: Duration, weigh: fn(&K, &V) -> u64) -> Self {
        let usual = usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        let options: Result<Options, _> =
            OptionsBuilder::new().shards(SHARES).estimated_items_capacity(usual).weight_capacity(bytes).build();
        let entries = match options {
            Ok(options) => {
                quick_cache::sync::Cache::with_options(options, Scales, DefaultHashBuilder::default(), DefaultLifecycle::default())
            }
            // Both capacities are set, and nothing else can be wrong.
            Err(_) => quick_cache::sync::Cache::with_weighter(usual, bytes, Scales),
        };
        Self { entries, lifetime, weigh }
    }

    /// A live entry. One that is found too old makes room at once.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let entry = self.entries.get(key)?;
        if self.is_live(&entry) {
            return Some(entry.value);
        }
        self.entries.remove_if(key, |entry| !self.is_live(entry));
        None
    }

    fn is_live(&self, entry: &Entry<V>) -> bool {
        entry.made.elapsed() < self.lifetime
    }

    /// Lets go of what is too old and was not asked for again.
    pub fn drop_stale(&self) {
        self.entries.retain(|_, entry| self.is_live(entry));
    }

    /// What all entries weigh together.
    pub fn weight(&self) -> u64 {
        self.entries.weight()
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
        let weight = (self.weigh)(&key, &value);
        self.entries.insert(key, Entry { made: Instant::now(), weight, value });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_that_weighs_its_entries_never_holds_more_than_it_may() {
        let cache: Cache<String, Vec<u8>> = Cache::weighing(1024 * 1024, Duration::from_secs(60), |_, value| value.len() as u64);
        for number in 0..1_000 {
            cache.put(number.to_string(), vec![0; 50_000]);
            assert!(cache.weight() <= 1024 * 1024);
        }
        assert!(cache.weight() > 512 * 1024, "{}", cache.weight());
        cache.put("one that is too large for everybody".to_owned(), vec![0; 2 * 1024 * 1024]);
        assert!(cache.weight() <= 1024 * 1024);
    }

    #[test]
    fn what_is_too_old_is_let_go() {
        let cache: Cache<&str, u8> = Cache::lasting(10, Duration::ZERO);
        cache.put("asked for", 1);
        cache.put("forgotten", 2);
        assert_eq!((cache.get("asked for"), cache.weight()), (None, 1));
        cache.drop_stale();
        assert_eq!(cache.weight(), 0);
    }
}
