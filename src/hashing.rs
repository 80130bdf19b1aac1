//! Password hashing away from everything else: threads of its own at a low priority, with a bounded queue before them.
//!
//! A storm of sign-ins waits here, and only here. Beyond the queue the caller answers 503 with `Retry-After`.

pub mod password;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// What the names of the threads begin with.
pub const THREADS: &str = "hashing";

type Job = Box<dyn FnOnce() + Send>;

/// The threads and their queue. Cheap to clone; the threads end when the last clone is gone and the queue is empty.
#[derive(Clone, Debug)]
pub struct Hashing {
    queue: SyncSender<Job>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    waiting: AtomicUsize,
    rejected: AtomicU64,
}

impl Hashing {
    /// Starts `threads` threads (0: as many as there are cores) that take jobs from a queue of `queue` places.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(threads: usize, queue: usize) -> std::io::Result<Self> {
        let threads = if threads == 0 { thread::available_parallelism().map_or(1, usize::from) } else { threads };
        let (queue, jobs) = sync_channel(queue.max(1));
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name(format!("{THREADS}-{number}")).spawn(move || work(&jobs))?;
        }
        Ok(Self { queue, counts: Arc::default() })
    }

    /// Runs `job` on one of the threads. `None` when the queue is full or the job panicked. A job whose caller has gone is not begun.
    pub async fn run<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> Option<R> {
        let (sender, receiver) = oneshot::channel();
        let counts = Arc::clone(&self.counts);
        let job = move || {
            counts.waiting.fetch_sub(1, Ordering::Relaxed);
            if !sender.is_closed() {
                // The caller may go while the job runs; then nobody wants the answer.
                let _ = sender.send(job());
            }
        };
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(Box::new(job)).is_err() {
            self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
            self.counts.rejected.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        receiver.await.ok()
    }

    /// How many jobs wait for a thread.
    pub fn waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// How many were turned away since the start because the queue was full.
    pub fn rejected(&self) -> u64 {
        self.counts.rejected.load(Ordering::Relaxed)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    lower_priority();
    while let Some(job) = next(jobs) {
        // A panicking job ends its caller's wait, not the thread that others wait for; the panic hook has reported it.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

/// The next job; `None` when no more can come. The lock is held while waiting, not while working.
fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().ok()?.recv().ok()
}

/// Lets every other thread of the process go first. Linux keeps a nice value per thread; elsewhere it would slow the whole process.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    {
        let nice = rustix::process::getpriority_process(None).unwrap_or(0);
        // A system that refuses costs fairness, not correctness.
        let _ = rustix::process::setpriority_process(None, nice.saturating_add(10).min(19));
    }
}

/// The costs that [`calibrate`] chooses from.
pub const COSTS: std::ops::RangeInclusive<u32> = 10..=14;

/// The bcrypt cost whose hash takes closest to `target` on this machine, within [`COSTS`]. Computes for about 15 ms: call it off the async
/// threads. It measures a span, not the time of day, so no injected clock is asked.
pub fn calibrate(target: Duration) -> u32 {
    const COST: u32 = 6;
    let measure = || {
        let start = Instant::now();
        std::hint::black_box(bcrypt::bcrypt(COST, [0; 16], std::hint::black_box(b"correct horse battery staple\0")));
        start.elapsed()
    };
    // The fastest of three: what else the machine does can only slow it down.
    cost_for(target, measure().min(measure()).min(measure()), COST)
}

/// Each step of the cost doubles the time.
fn cost_for(target: Duration, measured: Duration, cost: u32) -> u32 {
    let steps = (target.as_secs_f64() / measured.as_secs_f64().max(1e-9)).log2();
    COSTS.rev().find(|&candidate| f64::from(candidate) - f64::from(cost) < steps + 0.5).unwrap_or(*COSTS.start())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// One thread held up by a job that waits for the returned sender, and `queue` places behind it.
    async fn busy(queue: usize) -> (Hashing, mpsc::Sender<()>, tokio::task::JoinHandle<Option<()>>) {
        let hashing = Hashing::start(1, queue).unwrap();
        let (release, held) = mpsc::channel();
        let (begun, has_begun) = oneshot::channel();
        let first = tokio::spawn({
            let hashing = hashing.clone();
            async move {
                let job = move || {
                    begun.send(()).unwrap();
                    held.recv().unwrap();
                };
                hashing.run(job).await
            }
        });
        has_begun.await.unwrap();
        (hashing, release, first)
    }

    #[tokio::test]
    async fn a_job_answers_and_a_panicking_one_leaves_its_thread_alive() {
        let hashing = Hashing::start(1, 4).unwrap();
        assert_eq!(hashing.run(|| 7).await, Some(7));
        assert_eq!(hashing.run(|| -> u8 { std::panic::resume_unwind(Box::new("on purpose")) }).await, None);
        assert_eq!(hashing.run(|| 8).await, Some(8));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let (hashing, release, first) = busy(1).await;
        let waiting = tokio::spawn({
            let hashing = hashing.clone();
            async move { hashing.run(|| "waited").await }
        });
        tokio::task::yield_now().await;
        assert_eq!(hashing.run(|| "too many").await, None);
        assert_eq!((hashing.waiting(), hashing.rejected()), (1, 1));
        release.send(()).unwrap();
        assert_eq!((first.await.unwrap(), waiting.await.unwrap()), (Some(()), Some("waited")));
        assert_eq!(hashing.waiting(), 0);
    }

    #[tokio::test]
    async fn a_job_whose_caller_has_gone_is_not_begun() {
        let (hashing, release, first) = busy(4).await;
        let begun = Arc::new(AtomicUsize::new(0));
        let gone = tokio::spawn({
            let (hashing, begun) = (hashing.clone(), Arc::clone(&begun));
            async move { hashing.run(move || begun.fetch_add(1, Ordering::SeqCst)).await }
        });
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.is_err());
        release.send(()).unwrap();
        first.await.unwrap();
        assert_eq!(hashing.run(|| ()).await, Some(()));
        assert_eq!(begun.load(Ordering::SeqCst), 0);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_threads_let_others_go_first() {
        let own = rustix::process::getpriority_process(None).unwrap();
        let theirs = Hashing::start(1, 1).unwrap().run(|| rustix::process::getpriority_process(None).unwrap()).await.unwrap();
        assert_eq!(theirs, (own + 10).min(19));
        assert_eq!(rustix::process::getpriority_process(None).unwrap(), own);
    }

    #[test]
    fn the_cost_comes_closest_to_the_target_within_its_range() {
        let target = Duration::from_millis(250);
        for (measured_micros, cost) in [(3900, 12), (3000, 12), (7800, 11), (1950, 13), (1, 14), (0, 14), (10_000_000, 10)] {
            assert_eq!(cost_for(target, Duration::from_micros(measured_micros), 6), cost, "{measured_micros} µs");
        }
        assert!(COSTS.contains(&calibrate(target)));
    }
}
