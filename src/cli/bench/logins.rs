//! Many people sign in: as fast as hashing allows, and all at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use super::child::Server;
use super::http::Wrong;
use super::lane::Lane;
use super::load::{Cost, percentile};
use super::parts::rate;
use super::sign_in::{Browser, Sent};
use super::usage;
use super::world::World;
use crate::hashing;

/// People who sign in at the same moment.
pub const STORM: usize = 200;
/// People who sign in one after the other, per hashing thread: enough that none waits for work, and never more than may wait.
const PER_THREAD: usize = 3;
const WAITING: usize = 60;
/// Lanes that ask another endpoint during the storm, each so often.
pub const PROBES: usize = 8;
const PROBE_EVERY: Duration = Duration::from_millis(20);
/// How long a storm may last.
const STORM_ENDS: Duration = Duration::from_secs(180);

/// Sign-ins at full speed.
#[derive(Clone, Copy, Debug)]
pub struct Throughput {
    /// What they cost besides their hashes.
    pub besides: Cost,
    /// Processor time of their hashes.
    pub hashing: Duration,
    /// How many a second.
    pub per_second: f64,
    /// How much of a second all processors together could give to the server: what nobody else took of it.
    pub available: f64,
}

/// What was used until a moment.
struct Used {
    at: Instant,
    by_anybody: Duration,
    by_server: Duration,
    processors: u32,
}

impl Used {
    fn until_now(server: &Server) -> Result<Self, Wrong> {
        let (by_anybody, processors) = usage::busy().ok_or_else(|| Wrong::new("the system does not tell how busy it is"))?;
        Ok(Self { at: Instant::now(), by_anybody, by_server: server.cpu_time()?, processors })
    }

    /// Seconds of processors in each second since then that the server used or could have used.
    fn available_until(&self, end: &Self) -> f64 {
        let others = end.by_anybody.saturating_sub(self.by_anybody).saturating_sub(end.by_server.saturating_sub(self.by_server));
        f64::from(self.processors) - others.as_secs_f64() / end.at.duration_since(self.at).as_secs_f64()
    }
}

/// Signs in on `threads` hashing threads for `span`.
///
/// # Errors
/// When an answer is wrong.
pub async fn throughput(server: &Server, world: &Arc<World>, threads: usize, span: Duration) -> Result<Throughput, Wrong> {
    let hashing = || server.cpu_time_of_threads(hashing::THREADS);
    let (before, hashed_before) = (Used::until_now(server)?, hashing()?);
    let until = Instant::now() + span;
    let mut running = Vec::new();
    for (number, username) in world.usernames.iter().take((threads * PER_THREAD).min(threads + WAITING)).enumerate() {
        let mut browser = Browser::open(server, number).await?;
        let (world, username) = (Arc::clone(world), username.clone());
        running.push(tokio::spawn(async move {
            let mut finished = Vec::new();
            while Instant::now() < until {
                browser.sign_in(&username, &world.password).await?;
                finished.push(Instant::now());
            }
            Ok::<_, Wrong>(finished)
        }));
    }
    tokio::time::sleep_until(until.into()).await;
    let available = before.available_until(&Used::until_now(server)?);
    let mut finished = Vec::new();
    for task in running {
        finished.extend(task.await.map_err(|_| Wrong::new("a lane broke"))??);
    }
    let hashing = hashing()?.saturating_sub(hashed_before);
    let cpu = server.cpu_time()?.saturating_sub(before.by_server).saturating_sub(hashing);
    let besides = Cost { requests: finished.len() as u64, cpu };
    // The last ones finish on threads that have run out of work; they would count against those that have not.
    finished.retain(|moment| *moment <= until);
    let per_second = rate(&finished).ok_or_else(|| Wrong::new("too few sign-ins for a rate: lower --hash-cost"))?;
    Ok(Throughput { besides, hashing, per_second, available })
}

/// How another endpoint fares while everybody signs in.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// 99th percentile of the endpoint before.
    pub quiet: Duration,
    /// The same during the storm.
    pub during: Duration,
    /// Probes during the storm.
    pub probes: usize,
    /// How often somebody was told to come back.
    pub told_to_come_back: u64,
    /// Until the last one was signed in.
    pub lasted: Duration,
}

/// [`STORM`] people have the page open and press the button together; meanwhile `probes` asks steadily.
///
/// # Errors
/// When an answer is wrong, or the storm does not end.
pub async fn storm(server: &Server, world: &Arc<World>, probes: Vec<Lane>, quiet: Duration) -> Result<Storm, Wrong> {
    let (probes, mut before) = probe(probes, Until::Elapsed(quiet)).await?;
    let barrier = Arc::new(Barrier::new(STORM + 1));
    let mut running = Vec::new();
    for (number, username) in world.usernames.iter().take(STORM).enumerate() {
        let mut browser = Browser::open(server, number).await?;
        let form = browser.page().await?;
        let (world, username, barrier) = (Arc::clone(world), username.clone(), Arc::clone(&barrier));
        running.push(tokio::spawn(async move {
            barrier.wait().await;
            let mut told = 0;
            while let Sent::ComeBack(wait) = browser.send(&form, &username, &world.password).await? {
                told += 1;
                tokio::time::sleep(wait).await;
            }
            Ok::<u64, Wrong>(told)
        }));
    }
    let over = Arc::new(AtomicBool::new(false));
    let probing = tokio::spawn(probe(probes, Until::Over(Arc::clone(&over))));
    barrier.wait().await;
    let begun = Instant::now();
    let mut told_to_come_back = 0;
    for task in running {
        told_to_come_back += task.await.map_err(|_| Wrong::new("a lane broke"))??;
    }
    let lasted = begun.elapsed();
    over.store(true, Ordering::Relaxed);
    let (_, mut during) = probing.await.map_err(|_| Wrong::new("a lane broke"))??;
    let probes = during.len();
    let percentile = |values: &mut [Duration]| percentile(values, 99.0).ok_or_else(|| Wrong::new("no probe was answered"));
    Ok(Storm { quiet: percentile(&mut before)?, during: percentile(&mut during)?, probes, told_to_come_back, lasted })
}

#[derive(Clone, Debug)]
enum Until {
    Elapsed(Duration),
    Over(Arc<AtomicBool>),
}

/// Asks steadily, whether the answer before was fast or slow, and tells how long each took.
async fn probe(lanes: Vec<Lane>, until: Until) -> Result<(Vec<Lane>, Vec<Duration>), Wrong> {
    let begun = Instant::now();
    let running: Vec<_> = lanes
        .into_iter()
        .map(|mut lane| {
            let until = until.clone();
            tokio::spawn(async move {
                let (mut ticks, mut took) = (tokio::time::interval(PROBE_EVERY), Vec::new());
                loop {
                    ticks.tick().await;
                    let go_on = match &until {
                        Until::Elapsed(span) => begun.elapsed() < *span,
                        Until::Over(over) => !over.load(Ordering::Relaxed) && begun.elapsed() < STORM_ENDS,
                    };
                    if !go_on {
                        return Ok::<_, Wrong>((lane, took));
                    }
                    let sent = Instant::now();
                    lane.once().await?;
                    took.push(sent.elapsed());
                }
            })
        })
        .collect();
    let (mut lanes, mut latencies) = (Vec::new(), Vec::new());
    for task in running {
        let (lane, took) = task.await.map_err(|_| Wrong::new("a lane broke"))??;
        lanes.push(lane);
        latencies.extend(took);
    }
    Ok((lanes, latencies))
}
