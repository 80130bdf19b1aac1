//! How many user codes may be tried: RFC 8628 §5.1. Pure.

use std::time::Duration;

/// As long as a code lives by default.
pub const WINDOW: Duration = Duration::from_secs(600);

/// One counter that a try is written to before the code is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Names the table of counters.
    pub kind: &'static str,
    /// How many are let through in one window.
    pub limit: u64,
}

/// For the account that is signed in, however often it signs in: with five tries, one in a thousand million guesses hits one of five codes.
pub const OF_ACCOUNT: Counter = Counter { kind: "device-account", limit: 5 };
/// For the address, which a household or an office may share.
pub const OF_ADDRESS: Counter = Counter { kind: "device-address", limit: 30 };

/// How long to wait, if this try is one too many.
pub fn wait(counter: Counter, counted: u64) -> Option<Duration> {
    (counted > counter.limit).then_some(WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits() {
        assert_eq!(wait(OF_ACCOUNT, 5), None);
        assert_eq!(wait(OF_ACCOUNT, 6), Some(WINDOW));
    }
}
