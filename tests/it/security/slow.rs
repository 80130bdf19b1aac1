//! Whoever sends a byte now and then holds no connection: RFC 9112 §9.5 leaves it to the server how long it waits.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use authy::server::watch::Patience;
use authy::server::{Bound, Running};
use openssl::ssl::{SslConnector, SslMethod, SslStream, SslVerifyMode};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::x509::Authority;

/// Long enough for an honest client on a busy machine.
const SHORT: Patience = Patience { head: Duration::from_millis(1_200), keep_alive: Duration::from_millis(2_000), crowd: 100 };
/// A byte to every so often.
const PACE: Duration = Duration::from_millis(200);

/// A second server on the same provider, with less patience: its main listener, the one for certificates, and management.
fn impatient(app: &TestApp, patience: Patience) -> (Running, [SocketAddr; 3]) {
    let mut bound = Bound::new(&app.app.settings).expect("free ports");
    bound.patience = patience;
    let addresses = bound.addresses().try_into().expect("three listeners");
    (authy::server::start(app.app.clone(), bound).expect("a server"), addresses)
}

fn with_certificates(settings: &mut authy::config::Settings) {
    let (cert, key) = Authority::shared().server();
    settings.mtls.listen = vec!["127.0.0.1:0".parse().expect("an address")];
    settings.mtls.tls = Some(authy::config::Tls { cert, key });
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PACE)).expect("a timeout");
    stream
}

fn connect_tls(address: SocketAddr, protocol: &[u8]) -> SslStream<TcpStream> {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).expect("a connector");
    builder.set_verify(SslVerifyMode::NONE);
    builder.set_alpn_protos(protocol).expect("a protocol");
    let stream = TcpStream::connect(address).expect("a connection");
    let stream = builder.build().connect("localhost", stream).expect("a handshake");
    stream.get_ref().set_read_timeout(Some(PACE)).expect("a timeout");
    stream
}

/// Sends the beginning, then `more` every 200 ms; what is answered until the connection ends, and when it ended after the last of that.
fn trickle(mut stream: impl Read + Write, beginning: &str, more: &str) -> (String, Duration) {
    stream.write_all(beginning.as_bytes()).expect("sent");
    let (mut answer, started, mut answered, mut chunk) = (Vec::new(), Instant::now(), Instant::now(), [0; 4_096]);
    while started.elapsed() < Duration::from_secs(20) {
        match stream.read(&mut chunk) {
            Ok(read) if read > 0 => {
                answer.extend_from_slice(&chunk[..read]);
                answered = Instant::now();
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                let _ = stream.write_all(more.as_bytes());
            }
            _ => return (String::from_utf8_lossy(&answer).into_owned(), answered.elapsed()),
        }
    }
    panic!("still open after {beginning:?} and {:?}", String::from_utf8_lossy(&answer));
}

type Attempt<T> = Box<dyn FnOnce() -> T + Send>;

/// Each on a thread of its own, all at the same time.
async fn all<T: Send + 'static>(attempts: Vec<Attempt<T>>) -> Vec<T> {
    let running: Vec<_> = attempts.into_iter().map(|attempt| tokio::task::spawn_blocking(attempt)).collect();
    futures_util::future::join_all(running).await.into_iter().map(|ended| ended.expect("no panic")).collect()
}

#[tokio::test]
async fn a_next_head_that_never_ends_holds_no_connection() {
    backends::embedded(&async |backend| {
        let app = TestApp::start_with(backend, with_certificates).await;
        let (running, [main, tls, management]) = impatient(&app, SHORT);
        let beginning = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nX-A: ";
        let ended = all(vec![
            Box::new(move || trickle(connect(main), beginning, "a")) as Attempt<_>,
            Box::new(move || trickle(connect_tls(tls, b"\x08http/1.1"), beginning, "a")),
            Box::new(move || trickle(connect(management), beginning, "a")),
        ]);
        for (answer, after) in ended.await {
            assert!(answer.starts_with("HTTP/1.1 200") && after < Duration::from_secs(12), "{after:?} {answer}");
        }
        running.abandon().await;
        app.stop().await;
    })
    .await;
}

/// The provider's own patience would be 85 seconds: it is the answer that ends these.
#[tokio::test]
async fn a_body_in_chunks_that_never_ends_holds_no_connection_after_the_answer() {
    backends::embedded(&async |backend| {
        let app = TestApp::start_with(backend, with_certificates).await;
        let usual = Bound::new(&app.app.settings).expect("free ports").patience;
        assert!(usual.keep_alive > Duration::from_secs(60));
        let (running, [main, tls, management]) = impatient(&app, usual);
        let mut attempts: Vec<Attempt<(&'static str, String, Duration)>> = Vec::new();
        for (status, line) in [
            ("404", "POST /nowhere"),
            ("404", "GET /nowhere"),
            ("405", "PUT /login"),
            ("200", "GET /healthz"),
            ("200", "GET /.well-known/openid-configuration"),
            ("200", "HEAD /healthz"),
            ("2", "OPTIONS /oauth2/token"),
            ("408", "POST /oauth2/token"),
        ] {
            let request = format!("{line} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            for listener in [main, management].into_iter().take(if line.ends_with("/healthz") { 2 } else { 1 }) {
                let request = request.clone();
                attempts.push(Box::new(move || {
                    let (answer, after) = trickle(connect(listener), &request, "1\r\na\r\n");
                    (status, answer, after)
                }));
            }
            attempts.push(Box::new(move || {
                let (answer, after) = trickle(connect_tls(tls, b"\x08http/1.1"), &request, "1\r\na\r\n");
                (status, answer, after)
            }));
        }
        for (status, answer, after) in all(attempts).await {
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
            assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
            assert!(after < Duration::from_secs(12), "{after:?} {answer}");
        }
        running.abandon().await;
        app.stop().await;
    })
    .await;
}

/// RFC 9113 §6.7: whoever answers pings and asks for nothing.
#[tokio::test]
async fn an_http2_connection_that_asks_for_nothing_is_let_go() {
    backends::embedded(&async |backend| {
        let app = TestApp::start_with(backend, with_certificates).await;
        let (running, [_, tls, _]) = impatient(&app, SHORT);
        let idle = move || {
            let mut stream = connect_tls(tls, b"\x02h2");
            stream.get_ref().set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
            stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").expect("sent");
            let (started, mut head, mut pings) = (Instant::now(), [0; 9], 0);
            while stream.read_exact(&mut head).is_ok() {
                assert!(started.elapsed() < Duration::from_secs(10), "still open after {pings} pings");
                let mut payload = vec![0; usize::from(head[2]) + (usize::from(head[1]) << 8)];
                stream.read_exact(&mut payload).expect("a frame");
                if matches!(head[3], 4 | 6) && head[4] & 1 == 0 {
                    let payload = if head[3] == 6 { payload.as_slice() } else { &[] };
                    pings += usize::from(head[3] == 6);
                    let length = u8::try_from(payload.len()).expect("short");
                    let _ = stream.write_all(&[&[0, 0, length, head[3], 1, 0, 0, 0, 0], payload].concat());
                }
            }
            (started.elapsed(), pings)
        };
        let (after, pings) = tokio::task::spawn_blocking(idle).await.expect("no panic");
        assert!(after >= SHORT.keep_alive && after < Duration::from_secs(15) && pings > 0, "{after:?}, {pings} pings");
        running.abandon().await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn honest_clients_keep_their_connection_and_a_request_at_work_is_never_cut() {
    backends::embedded(&async |backend| {
        let app = TestApp::start_with(backend, with_certificates).await;
        let patience = Patience { head: Duration::from_secs(1), keep_alive: Duration::from_secs(2), crowd: 100 };
        let (running, [main, ..]) = impatient(&app, patience);
        let honest = move || {
            let mut stream = connect(main);
            let mut say = |text: &str, answers: usize| {
                stream.write_all(text.as_bytes()).expect("sent");
                let (mut heard, mut chunk) = (String::new(), [0; 8_192]);
                while heard.matches("HTTP/1.1 ").count() < answers {
                    match stream.read(&mut chunk) {
                        Ok(0) => panic!("cut after {heard}"),
                        Ok(read) => heard.push_str(&String::from_utf8_lossy(&chunk[..read])),
                        Err(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}"),
                    }
                }
                heard
            };
            let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
            for _ in 0..5 {
                assert!(say(get, 1).starts_with("HTTP/1.1 200"));
                std::thread::sleep(Duration::from_millis(500));
            }
            say(&get.repeat(5), 5);
            // Twice as long as a connection may be idle, and then in chunks to their end: the connection goes on after both.
            say("POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na", 0);
            std::thread::sleep(2 * (patience.head + patience.keep_alive));
            assert!(say("=bc", 1).starts_with("HTTP/1.1 40"));
            say("POST /oauth2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n", 0);
            let answer = say("3\r\na=b\r\n0\r\n\r\n", 1);
            assert!(answer.starts_with("HTTP/1.1 40") && !answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
            assert!(say(get, 1).starts_with("HTTP/1.1 200"));
        };
        tokio::task::spawn_blocking(honest).await.expect("no panic");
        running.abandon().await;
        app.stop().await;
    })
    .await;
}

/// The watch has a descriptor of its own for each connection, which must not outlive it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_ended_leaves_no_descriptor_behind() {
    backends::embedded(&async |backend| {
        let app = TestApp::start_with(backend, with_certificates).await;
        let (running, [main, ..]) = impatient(&app, Patience { keep_alive: Duration::from_secs(75), ..SHORT });
        let try_both = move || {
            for end in ["from the client", "from the server"] {
                let mut stream = connect(main);
                stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
                let close = if end == "from the server" { "Connection: close\r\n" } else { "" };
                stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
                assert!(matches!(stream.read(&mut [0; 4_096]), Ok(1..)));
                let inode = inode(main, stream.local_addr().expect("an address"));
                assert_eq!(descriptors(&inode), 2, "{end}");
                stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{close}\r\n").as_bytes()).expect("sent");
                assert!(matches!(stream.read(&mut [0; 4_096]), Ok(1..)));
                let client = (!close.is_empty()).then_some(stream);
                let started = Instant::now();
                while descriptors(&inode) > 0 {
                    assert!(started.elapsed() < Duration::from_secs(5), "{end}: {} left", descriptors(&inode));
                    std::thread::sleep(Duration::from_millis(20));
                }
                drop(client);
            }
        };
        tokio::task::spawn_blocking(try_both).await.expect("no panic");
        running.abandon().await;
        app.stop().await;
    })
    .await;
}

/// Of the server's end of a connection over IPv4.
#[cfg(target_os = "linux")]
fn inode(server: SocketAddr, client: SocketAddr) -> String {
    let ports = [format!(":{:04X}", server.port()), format!(":{:04X}", client.port())];
    let table = std::fs::read_to_string("/proc/net/tcp").expect("a table");
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut row = rows.filter(|row| row.len() > 9 && row[1].ends_with(&ports[0]) && row[2].ends_with(&ports[1]));
    format!("socket:[{}]", row.next().expect("the connection")[9])
}

#[cfg(target_os = "linux")]
fn descriptors(inode: &str) -> usize {
    let all = std::fs::read_dir("/proc/self/fd").expect("descriptors").filter_map(Result::ok);
    all.filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target.to_string_lossy() == inode)).count()
}
