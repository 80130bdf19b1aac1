//! Who holds a connection and asks for nothing is let go.
//!
//! actix-http waits for the head of a connection's first request with a clock, and for the first byte of the next one; not for the rest of
//! that head, nor on HTTP/2 for anything. So a task of each worker looks at its connections now and then, and shuts down those on which
//! no request was at work for longer than an honest client takes.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::net::Shutdown;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::SockRef;
use tokio::time::{MissedTickBehavior, interval};

use crate::server::mtls;
use crate::web::connection::{Connection, Watched};

/// How long a connection may be without a request.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long the head of a request may take.
    pub head: Duration,
    /// How long a client may think about its next request.
    pub keep_alive: Duration,
    /// With so many connections on a worker nobody may think: only heads are waited for.
    pub crowd: usize,
}

impl Patience {
    fn tick(self) -> Duration {
        self.head / 2
    }

    /// Rounded up, and one for the tick that came just after the last answer.
    fn ticks(self, connections: usize) -> u32 {
        let wait = if connections < self.crowd { self.head + self.keep_alive } else { self.head };
        u32::try_from(wait.as_millis().div_ceil(self.tick().as_millis().max(1))).unwrap_or(u32::MAX).saturating_add(1)
    }
}

thread_local! {
    static CONNECTIONS: RefCell<Vec<Watched>> = const { RefCell::new(Vec::new()) };
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// Puts every new connection, with TLS or without, under the watch of its worker.
pub fn on_connect(patience: Patience) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + 'static {
    move |stream, data| {
        mtls::on_connect(stream, data);
        let Some(tcp) = tcp(stream) else { return };
        let socket = SockRef::from(tcp);
        match socket.try_clone() {
            Ok(own) => {
                let connection = Connection::new(own);
                CONNECTIONS.with_borrow_mut(|all| all.push(connection.watched()));
                data.insert(connection);
                if !WATCHED.replace(true) {
                    actix_web::rt::spawn(watch(patience));
                }
            }
            // Without a descriptor to watch it by it could stay for ever, where there are too few already.
            Err(_) => drop(socket.shutdown(Shutdown::Both)),
        }
    }
}

fn tcp(stream: &dyn Any) -> Option<&TcpStream> {
    stream.downcast_ref::<TcpStream>().or_else(|| stream.downcast_ref::<TlsStream<TcpStream>>().map(|tls| tls.get_ref().0))
}

async fn watch(patience: Patience) {
    let mut ticks = interval(patience.tick());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        CONNECTIONS.with_borrow_mut(|all| {
            all.retain(Watched::is_open);
            if all.capacity() > 1_024.max(4 * all.len()) {
                all.shrink_to_fit();
            }
            let patience = patience.ticks(all.len());
            all.iter().for_each(|connection| connection.tick(patience));
        });
    }
}

/// A watched connection takes two descriptors. Many systems start a program with 1,024 and let it have more when it asks.
pub fn ask_for_descriptors() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        // Where it may not have them it goes on with those it has.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_waited_for_less_and_nobody_less_than_a_head_takes() {
        let patience = Patience { head: Duration::from_secs(10), keep_alive: Duration::from_secs(75), crowd: 100 };
        assert_eq!(patience.tick(), Duration::from_secs(5));
        assert_eq!((patience.ticks(99), patience.ticks(100)), (18, 3));
    }
}
