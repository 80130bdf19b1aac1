//! The store in this process: per kind a few shards, each a map with its entries in the order in which they expire.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::limit::{Full, Limit};
use crate::clock::{Clock, Timestamp};
use crate::entropy::Entropy;
use crate::store::StoreError;

const SHARDS: usize = 8;
/// How many expired entries one write removes at most, so that no caller pays for all of them.
const CLEANED_AT_ONCE: usize = 16;

struct Entry {
    value: Vec<u8>,
    expires_at: Timestamp,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<Arc<str>, Entry>,
    by_expiry: BTreeSet<(Timestamp, Arc<str>)>,
}

/// What an entry is counted as.
fn size(key: &str, value: &[u8]) -> usize {
    key.len() + value.len()
}

impl Shard {
    /// The size of what was there.
    fn remove(&mut self, key: &str) -> Option<usize> {
        let (key, entry) = self.entries.remove_entry(key)?;
        let size = size(&key, &entry.value);
        self.by_expiry.remove(&(entry.expires_at, key));
        Some(size)
    }

    fn insert(&mut self, key: &str, value: Vec<u8>, expires_at: Timestamp) {
        let key: Arc<str> = Arc::from(key);
        self.by_expiry.insert((expires_at, Arc::clone(&key)));
        self.entries.insert(key, Entry { value, expires_at });
    }

    /// Removes what expires first, if it has expired or `anyway`.
    fn remove_first(&mut self, now: Timestamp, anyway: bool) -> Option<usize> {
        let (_, key) = self.by_expiry.first().filter(|(expires_at, _)| *expires_at <= now || anyway)?;
        let key = Arc::clone(key);
        self.remove(&key)
    }
}

struct Kind {
    shards: [Mutex<Shard>; SHARDS],
    count: AtomicUsize,
    bytes: AtomicUsize,
    limit: Limit,
}

impl Kind {
    /// A panic while a shard was locked cannot leave it half-changed in a way that matters here.
    fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more entry of a size is too much.
    fn is_full(&self, size: usize) -> bool {
        self.count.load(Ordering::Relaxed) >= self.limit.entries || self.bytes.load(Ordering::Relaxed) + size > self.limit.bytes
    }

    fn added(&self, size: usize) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(size, Ordering::Relaxed);
    }

    fn removed(&self, size: Option<usize>) -> bool {
        if let Some(size) = size {
            self.count.fetch_sub(1, Ordering::Relaxed);
            self.bytes.fetch_sub(size, Ordering::Relaxed);
        }
        size.is_some()
    }

    /// Removes expired entries everywhere, and where that is not enough and the kind evicts, those that would expire soon. False: no room.
    fn make_room(&self, now: Timestamp, size: usize) -> bool {
        self.clean(now, CLEANED_AT_ONCE);
        while self.is_full(size) {
            if self.limit.full == Full::Refuse {
                return false;
            }
            let expires_first =
                |shard: &&Mutex<Shard>| Self::lock(shard).by_expiry.first().map_or(Timestamp::from_micros(i64::MAX), |first| first.0);
            let first = self.shards.iter().min_by_key(expires_first);
            if !first.is_some_and(|shard| self.removed(Self::lock(shard).remove_first(now, true))) {
                return true; // there is nothing left to let go of
            }
        }
        true
    }

    fn clean(&self, now: Timestamp, per_shard: usize) -> usize {
        let clean = |shard: &Mutex<Shard>| {
            let mut shard = Self::lock(shard);
            (0..per_shard).take_while(|_| self.removed(shard.remove_first(now, false))).count()
        };
        self.shards.iter().map(clean).sum()
    }
}

/// The store in this process.
pub struct Memory {
    clock: Arc<dyn Clock>,
    seed: u64,
    limit_of: fn(&str) -> Limit,
    kinds: RwLock<HashMap<String, Arc<Kind>>>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl Memory {
    /// An empty store with the given limits.
    pub fn new(clock: Arc<dyn Clock>, entropy: &(dyn Entropy + 'static), limit_of: fn(&str) -> Limit) -> Self {
        Self { clock, seed: u64::from_be_bytes(entropy.bytes()), limit_of, kinds: RwLock::default() }
    }

    /// Removes everything that has expired; returns how many entries that was.
    pub fn clean(&self) -> usize {
        let kinds: Vec<Arc<Kind>> = self.kinds.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        kinds.iter().map(|kind| kind.clean(self.clock.now(), usize::MAX)).sum()
    }

    fn kind(&self, key: &str) -> Arc<Kind> {
        let name = key.split(':').next().unwrap_or_default();
        if let Some(kind) = self.kinds.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(kind);
        }
        let new = || {
            Arc::new(Kind {
                shards: Default::default(),
                count: AtomicUsize::new(0),
                bytes: AtomicUsize::new(0),
                limit: (self.limit_of)(name),
            })
        };
        let mut kinds = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kinds.entry(name.to_owned()).or_insert_with(new))
    }

    /// FNV-1a from a random start: it spreads keys over shards, nothing more.
    fn shard_of(&self, key: &str) -> usize {
        let hash = key.bytes().fold(self.seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        usize::try_from((hash >> 32) % 8).unwrap_or(0)
    }

    /// Shows `change` the live value and does what it asks for, while nobody else sees the key.
    fn with<T>(&self, key: &str, change: impl Fn(Option<&Entry>, Timestamp) -> (Change, T)) -> Result<T, StoreError> {
        let (kind, now) = (self.kind(key), self.clock.now());
        let Some(shard) = kind.shards.get(self.shard_of(key)) else {
            return Err(StoreError::Broken(anyhow::anyhow!("no such shard")));
        };
        let mut tried = false;
        loop {
            let mut shard = Kind::lock(shard);
            let live = shard.entries.get(key).filter(|entry| entry.expires_at > now);
            let (change, answer) = change(live, now);
            match change {
                Change::Keep => return Ok(answer),
                Change::Remove => {
                    kind.removed(shard.remove(key));
                    return Ok(answer);
                }
                Change::Put(value, expires_at) => {
                    let (is_new, size) = (!shard.entries.contains_key(key), size(key, &value));
                    if is_new && !tried && kind.is_full(size) {
                        drop(shard);
                        if !kind.make_room(now, size) {
                            return Err(StoreError::Unavailable("the in-process store is full".to_owned()));
                        }
                        tried = true;
                        continue;
                    }
                    kind.removed(shard.remove(key));
                    shard.insert(key, value, expires_at);
                    kind.added(size);
                    return Ok(answer);
                }
            }
        }
    }
}

enum Change {
    Keep,
    Remove,
    Put(Vec<u8>, Timestamp),
}

fn value_of(entry: Option<&Entry>) -> Option<Vec<u8>> {
    entry.map(|entry| entry.value.clone())
}

/// The verbs, as [`super::Kv`] describes them.
impl Memory {
    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(key, |entry, _| (Change::Keep, value_of(entry)))
    }

    pub(super) fn put(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), StoreError> {
        self.with(key, |_, now| (Change::Put(value.to_vec(), now + ttl), ()))
    }

    pub(super) fn put_new(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, StoreError> {
        self.with(key, |entry, now| match entry {
            Some(_) => (Change::Keep, false),
            None => (Change::Put(value.to_vec(), now + ttl), true),
        })
    }

    pub(super) fn swap(&self, key: &str, value: &[u8], ttl: Duration) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(key, |entry, now| match entry {
            Some(_) => (Change::Put(value.to_vec(), now + ttl), value_of(entry)),
            None => (Change::Keep, None),
        })
    }

    pub(super) fn take(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(key, |entry, _| (Change::Remove, value_of(entry)))
    }

    pub(super) fn bump(&self, key: &str, ttl: Duration) -> Result<u64, StoreError> {
        self.with(key, |entry, now| {
            let before = entry.and_then(|entry| std::str::from_utf8(&entry.value).ok()?.parse().ok()).unwrap_or(0_u64);
            let count = before.saturating_add(1);
            (Change::Put(count.to_string().into_bytes(), entry.map_or(now + ttl, |entry| entry.expires_at)), count)
        })
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.with(key, |_, _| (Change::Remove, ()))
    }

    pub(super) fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
