//! A connection beside its requests: whether one is at work, and for how long none was. Everything here lives on the thread of one worker.

use std::cell::Cell;
use std::net::Shutdown;
use std::rc::{Rc, Weak};

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use socket2::Socket;

use crate::web::unread::{self, Unread};

/// Goes with the connection, and its second handle to the socket with it: a closed connection leaves no descriptor open.
#[derive(Debug)]
pub struct Connection(Rc<State>);

#[derive(Debug)]
struct State {
    socket: Socket,
    at_work: Cell<usize>,
    quiet: Cell<u32>,
}

/// While it lives, a request of the connection is at work.
#[derive(Debug)]
pub struct AtWork(Rc<State>);

/// What a watch keeps of a connection; it keeps none open.
#[derive(Debug)]
pub struct Watched(Weak<State>);

impl Connection {
    /// By a handle of its own to the socket.
    pub fn new(socket: Socket) -> Self {
        Self(Rc::new(State { socket, at_work: Cell::new(0), quiet: Cell::new(0) }))
    }

    /// For the watch of this worker.
    pub fn watched(&self) -> Watched {
        Watched(Rc::downgrade(&self.0))
    }

    /// A request has begun.
    pub fn work(&self) -> AtWork {
        self.0.at_work.set(self.0.at_work.get() + 1);
        AtWork(self.0.clone())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.at_work.set(self.0.at_work.get().saturating_sub(1));
        self.0.quiet.set(0);
    }
}

impl Watched {
    /// Whether the connection has not ended.
    pub fn is_open(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// A while has passed: a connection without a request at work for `patience` of them is shut down, whatever arrives on it.
    pub fn tick(&self, patience: u32) {
        let Some(state) = self.0.upgrade() else { return };
        if state.at_work.get() > 0 {
            return;
        }
        let quiet = state.quiet.get().saturating_add(1);
        state.quiet.set(quiet);
        if quiet >= patience {
            // It fails where the other side was faster.
            let _ = state.socket.shutdown(Shutdown::Both);
        }
    }
}

/// What the connection of a request needs from its beginning to its answer.
#[derive(Debug)]
pub struct Attended {
    _at_work: Option<AtWork>,
    unread: Unread,
    offered: bool,
}

impl Attended {
    /// A request has begun.
    pub fn begin(request: &mut ServiceRequest) -> Self {
        Self {
            _at_work: request.conn_data::<Connection>().map(Connection::work),
            unread: unread::keep(request),
            offered: request.head().connection_type() == ConnectionType::Upgrade,
        }
    }

    /// An offer of another protocol is passed over (RFC 9110 §7.8). actix-http ends its connection after the answer; the answer says so
    /// (RFC 9112 §9.6), or a client that keeps the connection loses its next request. JDK's client offers h2c whenever there is no TLS.
    pub fn end(self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        if self.offered {
            response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
        self.unread.until_sent(response)
    }
}

/// The middleware of a listener that needs no other.
///
/// # Errors
/// Those of the inner service.
pub async fn attend(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let attended = Attended::begin(&mut request);
    next.call(request).await.map(|response| attended.end(response.map_into_boxed_body()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_is_shut_down_when_it_was_quiet_for_long_and_never_during_a_request() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let server = listener.accept().unwrap().0;
        let connection = Connection::new(Socket::from(server.try_clone().unwrap()));
        let watched = connection.watched();
        client.set_nonblocking(true).unwrap();
        let mut open = || client.read(&mut [0]).is_err();
        let (first, second) = (connection.work(), connection.work());
        (0..10).for_each(|_| watched.tick(2));
        drop(first);
        (0..10).for_each(|_| watched.tick(2));
        assert!(open());
        drop(second);
        watched.tick(2);
        drop(connection.work());
        watched.tick(2);
        assert!(open(), "a request is a new beginning");
        watched.tick(2);
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!open());
        assert!(watched.is_open());
        drop(connection);
        assert!(!watched.is_open());
    }
}
