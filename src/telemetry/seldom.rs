//! While a store is away, every request meets the same trouble: it is told of once in a while, with how many more there were.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::clock::Timestamp;

/// Between two warnings, in seconds.
const PAUSE: i64 = 10;

/// Lets one warning through and counts those that it keeps back.
#[derive(Debug)]
pub struct Seldom {
    last: AtomicI64,
    kept_back: AtomicU64,
}

impl Default for Seldom {
    fn default() -> Self {
        Self { last: AtomicI64::new(i64::MIN), kept_back: AtomicU64::new(0) }
    }
}

impl Seldom {
    /// `Some`: say it, and how many were kept back since it was last said. Of many who ask at once, one is let through.
    pub fn ask(&self, now: Timestamp) -> Option<u64> {
        let (last, seconds) = (self.last.load(Ordering::Relaxed), now.as_seconds());
        let due = seconds >= last.saturating_add(PAUSE);
        if due && self.last.compare_exchange(last, seconds, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return Some(self.kept_back.swap(0, Ordering::Relaxed));
        }
        self.kept_back.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_ten_seconds_is_said_with_the_number_of_the_others() {
        let seldom = Seldom::default();
        let ask = |seconds| seldom.ask(Timestamp::from_seconds(seconds));
        assert_eq!(ask(100), Some(0));
        assert_eq!((ask(100), ask(109)), (None, None));
        assert_eq!(ask(110), Some(2));
        assert_eq!(ask(111), None);
    }
}
