//! How many requests one host gets at a time, so that nobody can use authy to flood somebody else, and one slow host holds up only itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{OutboundError, Registrant};

/// Requests to one host that are under way, for administrators' clients and for strangers each: nobody takes the other's turn.
const AT_ONCE: usize = 4;
/// Requests to one host that are under way or wait, for each of the two.
const WAITING: usize = 64;
/// How long one waits for a turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Hosts that are asked at once.
const HOSTS: usize = 256;
/// Hosts beyond which nobody is asked for strangers, so that they cannot take the places of what administrators registered.
const HOSTS_OF_STRANGERS: usize = 128;

/// A host, and for whom it is asked.
type Key = (String, Registrant);

/// Who is asked right now: an entry per host and registrant with a request under way, and no other.
#[derive(Debug)]
pub struct Turns {
    hosts: Mutex<HashMap<Key, Host>>,
    patience: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self { hosts: Mutex::default(), patience: PATIENCE }
    }
}

#[derive(Debug)]
struct Host {
    requests: usize,
    semaphore: Arc<Semaphore>,
}

/// A place in the queue, and then the turn itself; given back when dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    key: Key,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`OutboundError::Busy`] when too many wait already, or none came in five seconds.
    pub async fn take(&self, host: &str, registrant: Registrant) -> Result<Turn<'_>, OutboundError> {
        let key = (host.to_owned(), registrant);
        let semaphore = self.queue(&key)?;
        // From here on the entry is given back, even by a request that is given up while it waits.
        let mut turn = Turn { turns: self, key, permit: None };
        let permit = tokio::time::timeout(self.patience, semaphore.acquire_owned()).await;
        turn.permit = Some(permit.ok().and_then(Result::ok).ok_or(OutboundError::Busy)?);
        Ok(turn)
    }

    fn queue(&self, key: &Key) -> Result<Arc<Semaphore>, OutboundError> {
        let most = match key.1 {
            Registrant::Administrator => HOSTS,
            Registrant::Anybody => HOSTS_OF_STRANGERS,
        };
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if !hosts.contains_key(key) && hosts.len() >= most {
            return Err(OutboundError::Busy);
        }
        let entry = hosts.entry(key.clone()).or_insert_with(|| Host { requests: 0, semaphore: Arc::new(Semaphore::new(AT_ONCE)) });
        if entry.requests >= WAITING {
            return Err(OutboundError::Busy);
        }
        entry.requests += 1;
        Ok(entry.semaphore.clone())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut hosts = self.turns.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = hosts.get_mut(&self.key) {
            entry.requests -= 1;
            if entry.requests == 0 {
                hosts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Registrant::{Administrator, Anybody};
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn a_host_gets_a_few_requests_at_a_time_and_others_do_not_wait_for_it() {
        let turns = Turns::default();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(turns.take("slow", Anybody).await.unwrap());
        }
        assert!(turns.take("slow", Anybody).now_or_never().is_none(), "the next one waits");
        assert!(turns.take("other", Anybody).now_or_never().is_some());
        held.pop();
        assert!(turns.take("slow", Anybody).now_or_never().is_some());
        drop(held);
        assert!(turns.hosts.lock().unwrap().is_empty(), "nothing is left behind");
    }

    #[tokio::test]
    async fn a_queue_that_is_too_long_is_closed() {
        let turns = Turns::default();
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.take("slow", Anybody))).collect();
        let mut held = Vec::new();
        for turn in &mut waiting {
            held.extend(turn.as_mut().now_or_never());
        }
        assert_eq!(held.len(), AT_ONCE);
        assert!(matches!(turns.take("slow", Anybody).await, Err(OutboundError::Busy)));
    }

    #[tokio::test]
    async fn strangers_do_not_take_the_turns_of_what_administrators_registered_at_the_same_host() {
        let turns = Turns::default();
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(turns.take("shared", Anybody))).collect();
        let held: Vec<_> = waiting.iter_mut().filter_map(|turn| turn.as_mut().now_or_never()).collect();
        assert!(matches!(turns.take("shared", Anybody).await, Err(OutboundError::Busy)), "{}", held.len());
        assert!(turns.take("shared", Administrator).now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_gets_no_turn_in_time_leaves_the_queue() {
        let turns = Turns { patience: Duration::from_millis(1), ..Turns::default() };
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(turns.take("slow", Anybody).await.unwrap());
        }
        assert!(matches!(turns.take("slow", Anybody).await, Err(OutboundError::Busy)));
        assert_eq!(turns.hosts.lock().unwrap()[&("slow".to_owned(), Anybody)].requests, AT_ONCE);
    }

    #[tokio::test]
    async fn strangers_leave_room_for_what_administrators_registered() {
        let turns = Turns::default();
        let mut held = Vec::new();
        for number in 0..HOSTS_OF_STRANGERS {
            held.push(turns.take(&format!("host{number}"), Anybody).await.unwrap());
        }
        assert!(matches!(turns.take("one more", Anybody).await, Err(OutboundError::Busy)));
        assert!(turns.take("host1", Anybody).await.is_ok(), "who is asked already");
        assert!(turns.take("rp.example", Administrator).await.is_ok());
    }
}
