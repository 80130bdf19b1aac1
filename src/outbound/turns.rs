//! How many requests one host gets at a time, so that nobody can use authy to flood somebody else, and one slow host holds up only itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{OutboundError, Registrant};

/// Requests to one host that are under way.
const AT_ONCE: usize = 4;
/// Requests to one host that are under way or wait.
const WAITING: usize = 64;
/// Hosts that are asked at once.
const HOSTS: usize = 256;
/// Hosts beyond which nobody is asked for strangers, so that they cannot take the places of what administrators registered.
const HOSTS_OF_STRANGERS: usize = 128;

/// Who is asked right now: an entry per host with a request under way, and no other.
#[derive(Debug, Default)]
pub struct Turns {
    hosts: Mutex<HashMap<String, Host>>,
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
    host: String,
    permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`OutboundError::Busy`] when too many wait already.
    pub async fn take(&self, host: &str, registrant: Registrant) -> Result<Turn<'_>, OutboundError> {
        let semaphore = self.queue(host, registrant)?;
        // From here on the entry is given back, even by a request that is given up while it waits.
        let mut turn = Turn { turns: self, host: host.to_owned(), permit: None };
        turn.permit = Some(semaphore.acquire_owned().await.map_err(|_| OutboundError::Busy)?);
        Ok(turn)
    }

    fn queue(&self, host: &str, registrant: Registrant) -> Result<Arc<Semaphore>, OutboundError> {
        let most = match registrant {
            Registrant::Administrator => HOSTS,
            Registrant::Anybody => HOSTS_OF_STRANGERS,
        };
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if !hosts.contains_key(host) && hosts.len() >= most {
            return Err(OutboundError::Busy);
        }
        let entry = hosts.entry(host.to_owned()).or_insert_with(|| Host { requests: 0, semaphore: Arc::new(Semaphore::new(AT_ONCE)) });
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
        if let Some(entry) = hosts.get_mut(&self.host) {
            entry.requests -= 1;
            if entry.requests == 0 {
                hosts.remove(&self.host);
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
