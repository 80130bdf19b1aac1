//! Repeats an operation on several connections for a while, and reads what that cost the server.

use std::time::{Duration, Instant};

use super::child::Server;
use super::http::Wrong;
use super::lane::Lane;

/// What a number of operations cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How many.
    pub requests: u64,
    /// Processor time of the server.
    pub cpu: Duration,
}

impl Cost {
    /// Microseconds per operation.
    pub fn micros(&self) -> f64 {
        if self.requests == 0 { 0.0 } else { self.cpu.as_secs_f64() * 1e6 / self.requests as f64 }
    }
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.cpu += other.cpu;
    }
}

/// Drives every lane for a while, each at most so often.
///
/// # Errors
/// The first wrong answer of any lane.
pub async fn drive(server: &Server, lanes: &mut Vec<Lane>, (span, most): (Duration, u64)) -> Result<Cost, Wrong> {
    let before = server.cpu_time()?;
    let until = Instant::now() + span;
    let running: Vec<_> = lanes.drain(..).map(|lane| tokio::spawn(repeat(lane, until, most))).collect();
    let mut requests = 0;
    for task in running {
        let (lane, count) = task.await.map_err(|_| Wrong::new("a lane broke"))??;
        requests += count;
        lanes.push(lane);
    }
    Ok(Cost { requests, cpu: server.cpu_time()?.saturating_sub(before) })
}

async fn repeat(mut lane: Lane, until: Instant, most: u64) -> Result<(Lane, u64), Wrong> {
    let mut count = 0;
    while count < most && Instant::now() < until {
        lane.once().await?;
        count += 1;
    }
    Ok((lane, count))
}

/// The value below which `percent` of all lie (nearest rank).
pub fn percentile(values: &mut [Duration], percent: f64) -> Option<Duration> {
    values.sort_unstable();
    let rank = (percent / 100.0 * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninety_ninth_percentile_leaves_one_in_a_hundred_above() {
        let mut values: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut values, 99.0), Some(Duration::from_millis(198)));
        assert_eq!(percentile(&mut values, 50.0), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&mut [], 99.0), None);
    }

    #[test]
    fn costs_add_up_before_they_are_divided() {
        let mut sum = Cost { requests: 100, cpu: Duration::from_millis(10) };
        sum += Cost { requests: 300, cpu: Duration::from_millis(10) };
        assert!((sum.micros() - 50.0).abs() < 1e-9);
        assert!(Cost::default().micros().abs() < 1e-9);
    }
}
