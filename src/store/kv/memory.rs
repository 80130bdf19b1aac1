//! The store in this process: per kind a few shards, each a map with its entries in the order in which they expire.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::entropy::Entropy;
use crate::store::StoreError;

const SHARDS: usize = 8;
/// How many expired entries one write removes at most, so that no caller pays for all of them.
const CLEANED_AT_ONCE: usize = 16;

/// What a kind does when it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Lets go of what would expire first.
    Evict,
    /// Takes nothing new: losing an entry would let something happen twice.
    Refuse,
}

/// How many entries a kind may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most entries.
    pub entries: usize,
    /// What happens beyond.
    pub full: Full,
}

impl Limit {
    /// The limit of a kind: the part of a key before the first `:`.
    pub fn of_kind(kind: &str) -> Self {
        match kind {
            "code" | "replay" | "device-outcome" => Self { entries: 100_000, full: Full::Refuse },
            "error" => Self { entries: 10_000, full: Full::Evict },
            _ => Self { entries: 100_000, full: Full::Evict },
        }
    }
}

struct Entry {
    value: Vec<u8>,
    expires_at: Timestamp,
}

#[derive(Default)]
struct Shard {
    entries: HashMap<Arc<str>, Entry>,
    by_expiry: BTreeSet<(Timestamp, Arc<str>)>,
}

impl Shard {
    fn remove(&mut self, key: &str) -> Option<Entry> {
        let (key, entry) = self.entries.remove_entry(key)?;
        self.by_expiry.remove(&(entry.expires_at, key));
        Some(entry)
    }

    fn insert(&mut self, key: &str, value: Vec<u8>, expires_at: Timestamp) {
        let key: Arc<str> = Arc::from(key);
        self.by_expiry.insert((expires_at, Arc::clone(&key)));
        self.entries.insert(key, Entry { value, expires_at });
    }

    /// Removes what expires first, if it has expired or `anyway`.
    fn remove_first(&mut self, now: Timestamp, anyway: bool) -> bool {
        match self.by_expiry.first() {
            Some((expires_at, _)) if *expires_at <= now || anyway => {
                let first = self.by_expiry.pop_first();
                first.is_some_and(|(_, key)| self.entries.remove(&key).is_some())
            }
            _ => false,
        }
    }
}

struct Kind {
    shards: [Mutex<Shard>; SHARDS],
    count: AtomicUsize,
    limit: Limit,
}

impl Kind {
    /// A panic while a shard was locked cannot leave it half-changed in a way that matters here.
    fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes expired entries everywhere, or, when there are none and the kind evicts, one that would expire soon. False: no room.
    fn make_room(&self, now: Timestamp) -> bool {
        if self.clean(now, CLEANED_AT_ONCE) > 0 {
            return true;
        }
        if self.limit.full == Full::Refuse {
            return false;
        }
        let expires_first =
            |shard: &&Mutex<Shard>| Self::lock(shard).by_expiry.first().map_or(Timestamp::from_micros(i64::MAX), |first| first.0);
        let removed = self.shards.iter().min_by_key(expires_first).is_some_and(|shard| Self::lock(shard).remove_first(now, true));
        self.count.fetch_sub(usize::from(removed), Ordering::Relaxed);
        true
    }

    fn clean(&self, now: Timestamp, per_shard: usize) -> usize {
        let clean = |shard: &Mutex<Shard>| {
            let mut shard = Self::lock(shard);
            (0..per_shard).take_while(|_| shard.remove_first(now, false)).count()
        };
        let removed = self.shards.iter().map(clean).sum();
        self.count.fetch_sub(removed, Ordering::Relaxed);
        removed
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
        let new = || Arc::new(Kind { shards: Default::default(), count: AtomicUsize::new(0), limit: (self.limit_of)(name) });
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
                    let removed = shard.remove(key).is_some();
                    kind.count.fetch_sub(usize::from(removed), Ordering::Relaxed);
                    return Ok(answer);
                }
                Change::Put(value, expires_at) => {
                    let is_new = !shard.entries.contains_key(key);
                    if is_new && !tried && kind.count.load(Ordering::Relaxed) >= kind.limit.entries {
                        drop(shard);
                        if !kind.make_room(now) {
                            return Err(StoreError::Unavailable("the in-process store is full".to_owned()));
                        }
                        tried = true;
                        continue;
                    }
                    shard.remove(key);
                    shard.insert(key, value, expires_at);
                    kind.count.fetch_add(usize::from(is_new), Ordering::Relaxed);
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

    pub(super) fn add(&self, key: &str, by: i64, ttl: Duration) -> Result<u64, StoreError> {
        self.with(key, |entry, now| {
            let before = entry.and_then(|entry| std::str::from_utf8(&entry.value).ok()?.parse().ok()).unwrap_or(0_u64);
            let count = before.saturating_add_signed(by);
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
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::entropy::SeededEntropy;

    const MINUTE: Duration = Duration::from_secs(60);

    fn store() -> (Memory, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000)));
        let limit_of = |kind: &str| Limit { entries: 10, full: if kind == "replay" { Full::Refuse } else { Full::Evict } };
        (Memory::new(clock.clone(), &SeededEntropy::new(1), limit_of), clock)
    }

    #[test]
    fn a_full_kind_lets_go_of_what_expires_first() {
        let (store, _) = store();
        for number in 0..11_u32 {
            store.put(&format!("par:{number}"), b"x", MINUTE * (number + 1)).unwrap();
        }
        assert_eq!(store.get("par:0").unwrap(), None);
        assert!((1..11).all(|number| store.get(&format!("par:{number}")).unwrap().is_some()));
    }

    #[test]
    fn a_full_kind_that_must_not_forget_refuses_what_is_new_until_something_expires() {
        let (store, clock) = store();
        for number in 0..10 {
            assert!(store.put_new(&format!("replay:{number}"), b"", MINUTE).unwrap());
        }
        assert!(store.put_new("replay:new", b"", MINUTE).unwrap_err().is_unavailable());
        assert!(!store.put_new("replay:3", b"", MINUTE).unwrap(), "what is there is still known");
        clock.advance(MINUTE);
        assert!(store.put_new("replay:new", b"", MINUTE).unwrap());
    }

    #[test]
    fn cleaning_leaves_nothing_that_has_expired() {
        let (store, clock) = store();
        for number in 0..8 {
            store.put(&format!("a:{number}"), b"x", MINUTE).unwrap();
        }
        clock.advance(MINUTE);
        assert_eq!(store.clean(), 8);
        assert_eq!(store.kind("a:").count.load(Ordering::Relaxed), 0);
    }
}
