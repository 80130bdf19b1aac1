//! The store in this process.

mod kind;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::entropy::Entropy;
use crate::store::StoreError;
use kind::{Entry, Kind, SHARDS};
pub use kind::{Full, Limit};

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
        let new = || Arc::new(Kind::new((self.limit_of)(name)));
        let mut kinds = self.kinds.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kinds.entry(name.to_owned()).or_insert_with(new))
    }

    /// FNV-1a from a random start: it spreads keys over shards, nothing more.
    fn shard_of(&self, key: &str) -> usize {
        let hash = key.bytes().fold(self.seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        usize::try_from(hash >> 32).unwrap_or(0) % SHARDS
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
                    if let Some(bytes) = shard.remove(key) {
                        kind.removed(bytes);
                    }
                    return Ok(answer);
                }
                Change::Put(value, expires_at) => {
                    if !tried && !shard.entries.contains_key(key) && kind.is_full(value.len()) {
                        drop(shard);
                        if !kind.make_room(now, value.len()) {
                            return Err(StoreError::Unavailable("the in-process store is full".to_owned()));
                        }
                        tried = true;
                        continue;
                    }
                    if let Some(bytes) = shard.remove(key) {
                        kind.removed(bytes);
                    }
                    kind.added(value.len());
                    shard.insert(key, value, expires_at);
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
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::clock::ManualClock;
    use crate::entropy::SeededEntropy;

    const MINUTE: Duration = Duration::from_secs(60);

    fn store() -> (Memory, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000)));
        let limit_of = |kind: &str| Limit { entries: 10, bytes: 100, full: if kind == "replay" { Full::Refuse } else { Full::Evict } };
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
    fn large_values_fill_a_kind_as_many_small_ones_do() {
        let (store, _) = store();
        for number in 0..4_u32 {
            store.put(&format!("par:{number}"), &[b'x'; 40], MINUTE * (number + 1)).unwrap();
        }
        assert!((0..2).all(|number| store.get(&format!("par:{number}")).unwrap().is_none()));
        assert!((2..4).all(|number| store.get(&format!("par:{number}")).unwrap().is_some()));
        store.take("par:3").unwrap();
        store.put("par:3", &[b'y'; 60], MINUTE).unwrap();
        assert!(store.get("par:2").unwrap().is_some(), "what was taken has left its room");
        for number in 0..2 {
            store.put_new(&format!("replay:{number}"), &[b'x'; 50], MINUTE).unwrap();
        }
        assert!(store.put_new("replay:new", b"x", MINUTE).unwrap_err().is_unavailable());
    }

    #[test]
    fn cleaning_leaves_nothing_that_has_expired() {
        let (store, clock) = store();
        for number in 0..8 {
            store.put(&format!("a:{number}"), b"x", MINUTE).unwrap();
        }
        clock.advance(MINUTE);
        assert_eq!(store.clean(), 8);
        let kind = store.kind("a:");
        assert_eq!((kind.count.load(Ordering::Relaxed), kind.bytes.load(Ordering::Relaxed)), (0, 0));
    }
}
