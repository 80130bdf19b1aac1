//! What the parts cost here and now, by themselves: the limits are derived from them.

use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::http::Wrong;
use super::usage;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::OsEntropy;
use crate::hashing::password;
use crate::jose::{Algorithm, keys};
use crate::secret::Secret;

/// The processor time of one signature of an ID Token while `threads` threads sign: two that share a core are each slower than one alone, and
/// the server is never alone here. Blocks for about `span`.
///
/// # Errors
/// When no key can be made.
pub fn signature(algorithm: Algorithm, threads: usize, span: Duration) -> anyhow::Result<Duration> {
    let now = SystemClock.now();
    let signer = keys::yardstick(algorithm, &OsEntropy)?;
    let claims = json!({
        "iss": "http://localhost:8080", "sub": "abcdefghijklmnopqrst", "aud": "tsrqponmlkjihgfedcba", "iat": now.as_seconds(),
        "exp": now.as_seconds() + 3_600, "auth_time": now.as_seconds(), "nonce": "0123456789", "acr": "urn:example:password",
        "email": "person@example.org", "email_verified": true, "name": "Person",
    });
    let begun = Instant::now();
    let sign = || -> anyhow::Result<(Duration, u32)> {
        let (mut signatures, clock) = (0, Stopwatch::start());
        while begun.elapsed() < span {
            black_box(signer.sign(None, black_box(&claims))?);
            signatures += 1;
        }
        Ok((clock.elapsed(), signatures))
    };
    let outcomes: Vec<anyhow::Result<(Duration, u32)>> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(sign)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let outcomes = outcomes.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let signatures: u32 = outcomes.iter().map(|(_, signatures)| signatures).sum();
    Ok(outcomes.iter().map(|(cpu, _)| *cpu).sum::<Duration>() / signatures.max(1))
}

/// Processor time of this thread, or the time that passes where the system does not tell it.
struct Stopwatch {
    computed: Option<Duration>,
    begun: Instant,
}

impl Stopwatch {
    fn start() -> Self {
        Self { computed: usage::thread_cpu_time(), begun: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        match (self.computed, usage::thread_cpu_time()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.begun.elapsed(),
        }
    }
}

/// What password hashing costs by itself.
#[derive(Clone, Copy, Debug)]
pub struct Hashes {
    /// Processor time of one.
    pub cpu: Duration,
    /// How many all threads make in a second.
    pub per_second: f64,
}

/// Verifies `password` against `hash` on `threads` threads at once. Blocks for about `span`.
///
/// # Errors
/// When the password does not fit, or too few hashes are made for a rate.
pub fn hashes((password, hash): (&Secret<String>, &Secret<String>), threads: usize, span: Duration) -> Result<Hashes, Wrong> {
    let finished: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let begun = Instant::now();
    let verify = |finished: Arc<Mutex<Vec<Instant>>>| {
        let (mut fits, clock) = (true, Stopwatch::start());
        while begun.elapsed() < span {
            fits &= password::verify(password.expose(), hash.expose());
            finished.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        }
        (fits, clock.elapsed())
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| verify(Arc::clone(&finished)))).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    if !outcomes.iter().all(|(fits, _)| *fits) {
        return Err(Wrong::new("a password does not fit its own hash"));
    }
    let finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
    let count = u32::try_from(finished.len()).unwrap_or(u32::MAX);
    let cpu = outcomes.iter().map(|(_, cpu)| *cpu).sum::<Duration>() / count.max(1);
    Ok(Hashes { cpu, per_second: rate(&finished).ok_or_else(|| Wrong::new("too few hashes for a rate: lower --hash-cost"))? })
}

/// How often something was finished per second, between the first and the last time: how long the first took does not count.
pub fn rate(finished: &[Instant]) -> Option<f64> {
    let (first, last) = (finished.iter().min()?, finished.iter().max()?);
    let seconds = last.duration_since(*first).as_secs_f64();
    (seconds > 0.0).then(|| (finished.len() - 1) as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_the_spaces_between() {
        let begun = Instant::now();
        let finished: Vec<_> = (0..=10).map(|step| begun + Duration::from_millis(100 * step)).collect();
        assert!((rate(&finished).unwrap() - 10.0).abs() < 1e-9);
        assert_eq!(rate(&[begun]), None);
        assert_eq!(rate(&[]), None);
    }

    #[test]
    fn signing_takes_time_and_a_foreign_password_voids_the_run() {
        assert!(signature(Algorithm::ES256, 2, Duration::from_millis(20)).unwrap() > Duration::ZERO);
        let hash = password::hash("one", 4, &OsEntropy).unwrap();
        let span = Duration::from_millis(30);
        assert!(hashes((&"one".into(), &hash), 2, span).unwrap().per_second > 0.0);
        assert!(hashes((&"another".into(), &hash), 1, span).is_err());
    }
}
