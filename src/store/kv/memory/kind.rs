//! The entries of one kind: a few shards, each a map with its entries in the order in which they expire, and how much there may be of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;

pub(super) const SHARDS: usize = 8;
/// What the values of one kind may come to: strangers decide how large some of them are.
const MOST_BYTES: usize = 64 << 20;
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

/// How many entries a kind may have, and how large they may be together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most entries.
    pub entries: usize,
    /// The most bytes of all values.
    pub bytes: usize,
    /// What happens beyond.
    pub full: Full,
}

impl Limit {
    /// The limit of a kind: the part of a key before the first `:`.
    pub fn of_kind(kind: &str) -> Self {
        let (entries, full) = match kind {
            // Mostly marks of used codes, of ten minutes. What goes first is a code that nobody came for; SQL knows which were redeemed, too.
            "code" => (400_000, Full::Evict),
            "device-outcome" => (100_000, Full::Refuse),
            marks if marks.starts_with("replay-") => (100_000, Full::Refuse),
            "error" => (10_000, Full::Evict),
            _ => (100_000, Full::Evict),
        };
        Self { entries, bytes: MOST_BYTES, full }
    }
}

pub(super) struct Entry {
    pub(super) value: Vec<u8>,
    pub(super) expires_at: Timestamp,
}

#[derive(Default)]
pub(super) struct Shard {
    pub(super) entries: HashMap<Arc<str>, Entry>,
    by_expiry: BTreeSet<(Timestamp, Arc<str>)>,
}

impl Shard {
    /// How much went.
    pub(super) fn remove(&mut self, key: &str) -> Option<usize> {
        let (key, entry) = self.entries.remove_entry(key)?;
        self.by_expiry.remove(&(entry.expires_at, key));
        Some(entry.value.len())
    }

    pub(super) fn insert(&mut self, key: &str, value: Vec<u8>, expires_at: Timestamp) {
        let key: Arc<str> = Arc::from(key);
        self.by_expiry.insert((expires_at, Arc::clone(&key)));
        self.entries.insert(key, Entry { value, expires_at });
    }

    /// Removes what expires first, if it has expired or `anyway`, and says how much that was.
    fn remove_first(&mut self, now: Timestamp, anyway: bool) -> Option<usize> {
        self.by_expiry.first().filter(|(expires_at, _)| *expires_at <= now || anyway)?;
        let (_, key) = self.by_expiry.pop_first()?;
        self.entries.remove(&key).map(|entry| entry.value.len())
    }
}

pub(super) struct Kind {
    pub(super) shards: [Mutex<Shard>; SHARDS],
    pub(super) count: AtomicUsize,
    pub(super) bytes: AtomicUsize,
    limit: Limit,
}

impl Kind {
    pub(super) fn new(limit: Limit) -> Self {
        Self { shards: Default::default(), count: AtomicUsize::new(0), bytes: AtomicUsize::new(0), limit }
    }

    /// A panic while a shard was locked cannot leave it half-changed in a way that matters here.
    pub(super) fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a new value of so many bytes is one too many.
    pub(super) fn is_full(&self, bytes: usize) -> bool {
        let most = self.limit.bytes.saturating_sub(bytes);
        self.count.load(Ordering::Relaxed) >= self.limit.entries || self.bytes.load(Ordering::Relaxed) > most
    }

    pub(super) fn added(&self, bytes: usize) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn removed(&self, bytes: usize) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Removes expired entries everywhere and then, where the kind evicts, those that would expire soon, until there is room. False: no room.
    pub(super) fn make_room(&self, now: Timestamp, bytes: usize) -> bool {
        self.clean(now, CLEANED_AT_ONCE);
        while self.is_full(bytes) {
            if self.limit.full == Full::Refuse {
                return false;
            }
            let expires_first =
                |shard: &&Mutex<Shard>| Self::lock(shard).by_expiry.first().map_or(Timestamp::from_micros(i64::MAX), |first| first.0);
            let removed = self.shards.iter().min_by_key(expires_first).and_then(|shard| Self::lock(shard).remove_first(now, true));
            match removed {
                Some(bytes) => self.removed(bytes),
                None => return true, // nothing is left: one value larger than the limit
            }
        }
        true
    }

    pub(super) fn clean(&self, now: Timestamp, per_shard: usize) -> usize {
        let clean = |shard: &Mutex<Shard>| {
            let mut shard = Self::lock(shard);
            (0..per_shard).map_while(|_| shard.remove_first(now, false)).map(|bytes| self.removed(bytes)).count()
        };
        self.shards.iter().map(clean).sum()
    }
}
