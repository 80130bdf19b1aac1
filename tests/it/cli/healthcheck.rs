//! `authy healthcheck` against servers that answer well, badly, late and not at all.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::authy;

/// A server that answers one request; `None`: never. The request line comes back when it is joined.
fn server(answer: Option<&'static str>) -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap();
        match answer {
            Some(answer) => stream.write_all(answer.as_bytes()).unwrap(),
            None => std::thread::sleep(Duration::from_secs(5)),
        }
        String::from_utf8_lossy(&request[..read]).lines().next().unwrap_or_default().to_owned()
    });
    (port, thread)
}

#[test]
fn ready_is_0_and_anything_else_is_1() {
    let place = tempdir().unwrap();
    for (answer, code) in [("HTTP/1.1 200 OK\r\n\r\nok", 0), ("HTTP/1.1 503 Service Unavailable\r\n\r\n", 1), ("hello\r\n", 1)] {
        let (port, server) = server(Some(answer));
        let ran = authy(place.path(), &[("AUTHY_MANAGEMENT_LISTEN", &format!("0.0.0.0:{port}"))], &["healthcheck", "--json"]).exits(code);
        assert_eq!(server.join().unwrap(), "GET /readyz HTTP/1.1");
        match code {
            0 => assert_eq!(ran.json()["ready"], true),
            _ => assert_eq!(ran.error()["error"], "not_ready"),
        }
    }
}

#[test]
fn a_server_that_is_late_or_absent_is_not_ready() {
    let place = tempdir().unwrap();
    let (port, _server) = server(None);
    let start = Instant::now();
    let ran = authy(place.path(), &[], &["healthcheck", "--url", &format!("http://127.0.0.1:{port}")]).exits(1);
    assert!(ran.stderr.contains("within 3 s") && start.elapsed() < Duration::from_millis(4_500), "{ran:?}");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    authy(place.path(), &[], &["healthcheck", "--url", &format!("http://127.0.0.1:{free}/readyz")]).exits(1);
    assert!(authy(place.path(), &[("AUTHY_MANAGEMENT_LISTEN", "off")], &["healthcheck"]).exits(1).stderr.contains("--url"));
}
