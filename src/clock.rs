//! Time as an argument: the one place that asks the system what time it is.
//!
//! [`Timestamp`] is what RFC 7519 §2 calls a NumericDate, kept to the microsecond because that is what both databases store.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment: microseconds since the Unix epoch, UTC. Serialized as that number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch (a NumericDate, RFC 7519 §2).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down: the NumericDate that goes on the wire.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// How long until `later`; zero when it has passed.
    pub fn until(self, later: Timestamp) -> Duration {
        later.since(self)
    }

    /// This moment, or the one right after `earlier` if that is later: whoever compares the two sees that something changed, also within one
    /// microsecond and where clocks differ.
    pub fn after(self, earlier: Timestamp) -> Self {
        self.max(Self(earlier.0.saturating_add(1)))
    }

    /// RFC 3339 in UTC with whole seconds, as JSON output and pages show it.
    pub fn rfc3339(self) -> String {
        chrono::DateTime::from_timestamp_micros(self.0)
            .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            .unwrap_or_default()
    }

    /// The end of a day in UTC, from `2026-12-31`.
    pub fn end_of_day(date: &str) -> Option<Self> {
        let day = chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?.succ_opt()?;
        Some(Self::from_seconds(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()))
    }

    /// A date and minute for people: `2026-11-23 18:05 UTC`.
    pub fn for_people(self) -> String {
        chrono::DateTime::from_timestamp_micros(self.0).map(|time| time.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// Where `now` comes from.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is advanced: time for tests.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_micros()).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_down_and_spans_never_go_negative() {
        let time = Timestamp::from_micros(1_999_999);
        assert_eq!(time.as_seconds(), 1);
        assert_eq!(Timestamp::from_micros(-1).as_seconds(), -1);
        assert_eq!(time.since(time + Duration::from_secs(5)), Duration::ZERO);
        assert_eq!(Timestamp::from_seconds(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::end_of_day("1970-01-01"), Some(Timestamp::from_seconds(86_400)));
        assert_eq!(Timestamp::end_of_day("1970-02-30"), None);
    }
}
