//! A server on this machine that counts who knocks, keeps what was asked, and says always the same.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Lives as long as the test's runtime.
pub struct Canary {
    port: u16,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
    answer: Mutex<Option<String>>,
}

impl Canary {
    /// Answers every request so; `content_type` may hold more header lines.
    pub async fn answering(status: &str, content_type: &str, body: &str) -> Self {
        let canary = Self::silent().await;
        canary.answer_with(status, content_type, body);
        canary
    }

    /// From now on every request is answered so.
    pub fn answer_with(&self, status: &str, content_type: &str, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncache-control: public, max-age=60\r\nconnection: close");
        let length = if status.starts_with("204") { String::new() } else { format!("\r\ncontent-length: {length}") };
        *self.seen.answer.lock().expect("no panic") = Some(format!("{head}{length}\r\n\r\n{body}"));
    }

    /// Takes connections and says nothing.
    pub async fn silent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Seen::default());
        let watched = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                watched.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, watched.clone()));
            }
        });
        Self { port, seen }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// What was asked, each with its head and body.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().expect("no panic").clone()
    }

    /// The JSON that a request brought.
    pub fn json(&self, number: usize) -> Value {
        let requests = self.requests();
        let (_, body) = requests[number].split_once("\r\n\r\n").expect("a request");
        serde_json::from_str(body).expect("JSON")
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Seen>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
        // What is no HTTP, a TLS handshake for one, gets no answer.
        if request.first().is_some_and(|byte| !byte.is_ascii_uppercase()) {
            return;
        }
    }
    seen.requests.lock().expect("no panic").push(String::from_utf8_lossy(&request).into_owned());
    let answer = seen.answer.lock().expect("no panic").clone();
    match answer {
        Some(answer) => {
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        None => std::future::pending().await,
    }
}

/// Whether the head is there and as much body as it announces.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse::<usize>()));
    length.and_then(Result::ok).unwrap_or(0) <= body.len()
}
