//! How much is measured, and for how long.

use std::time::Duration;

/// The rows besides the operations, as `--only` takes them.
pub const OTHERS: [&str; 6] = ["password_login", "login_throughput", "login_storm", "cold_start", "memory_idle", "memory_loaded"];

/// How long each part of a run takes.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often an operation and the bare handler take turns.
    pub rounds: u32,
    /// How long each of them has at a turn.
    pub slice: Duration,
    /// For signatures, each algorithm.
    pub signatures: Duration,
    /// For hashes by themselves, and again for sign-ins.
    pub hashes: Duration,
    /// For the quiet before the storm.
    pub quiet: Duration,
    /// How often the server is started.
    pub starts: usize,
    /// Between the first answer and the look at an idle server's memory.
    pub rest: Duration,
}

impl Plan {
    /// Less than a minute.
    pub const fn quick() -> Self {
        Self {
            rounds: 3,
            slice: Duration::from_millis(450),
            signatures: Duration::from_millis(400),
            hashes: Duration::from_millis(3_000),
            quiet: Duration::from_millis(2_500),
            starts: 5,
            rest: Duration::from_millis(1_000),
        }
    }

    /// Some minutes.
    pub const fn full() -> Self {
        Self {
            rounds: 7,
            slice: Duration::from_millis(1_500),
            signatures: Duration::from_secs(2),
            hashes: Duration::from_secs(15),
            quiet: Duration::from_secs(10),
            starts: 11,
            rest: Duration::from_secs(5),
        }
    }
}
