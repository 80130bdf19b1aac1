//! Messages to clients that are on their way, a few to each: one that does not answer keeps no other waiting.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Interval, MissedTickBehavior};

use crate::store::StoreError;

/// Between two looks at a queue.
const PAUSE: Duration = Duration::from_secs(1);
/// Messages of one queue on their way at once.
const AT_ONCE: usize = 32;

/// What was taken from a queue in SQL and is being sent. What is on its way when the process ends is sent again by whoever comes next.
#[derive(Debug)]
pub struct UnderWay {
    tick: Interval,
    most_per_client: i64,
    messages: JoinSet<()>,
    clients: Vec<(String, AbortHandle)>,
    /// The queue could not be read the last time.
    failing: bool,
}

impl UnderWay {
    /// Nothing yet, and never more than `most_per_client` to one client.
    pub fn new(most_per_client: i64) -> Self {
        let mut tick = tokio::time::interval(PAUSE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { tick, most_per_client, messages: JoinSet::new(), clients: Vec::new(), failing: false }
    }

    /// Waits until it is time to look at the queue.
    pub async fn turn(&mut self) {
        tokio::select! {
            _ = self.tick.tick() => {}
            // There may be more for who has just answered. None is under way: the next tick.
            Some(_) = self.messages.join_next() => {}
        }
        while self.messages.try_join_next().is_some() {}
        self.clients.retain(|(_, message)| !message.is_finished());
    }

    /// How many more may go.
    pub fn room(&self) -> usize {
        AT_ONCE.saturating_sub(self.messages.len())
    }

    /// Who has as many messages to answer as anybody gets.
    pub fn busy(&self) -> Vec<String> {
        let mut waiting: HashMap<&str, i64> = HashMap::new();
        for (client_id, _) in &self.clients {
            *waiting.entry(client_id).or_default() += 1;
        }
        waiting.into_iter().filter(|(_, messages)| *messages >= self.most_per_client).map(|(client_id, _)| client_id.to_owned()).collect()
    }

    /// What was taken from the queue. That it cannot be read is said once per outage, as `trouble`: what is due stays due in the database.
    pub fn taken<T>(&mut self, claimed: Result<Vec<T>, StoreError>, trouble: &'static str) -> Vec<T> {
        let was_failing = std::mem::replace(&mut self.failing, claimed.is_err());
        claimed.unwrap_or_else(|error| {
            if !was_failing {
                tracing::warn!(%error, "{trouble}");
            }
            Vec::new()
        })
    }

    /// Sends a message; nobody waits for it.
    pub fn send(&mut self, client_id: String, message: impl Future<Output = ()> + Send + 'static) {
        self.clients.push((client_id, self.messages.spawn(message)));
    }
}
