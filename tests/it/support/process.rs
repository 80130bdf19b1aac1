//! A server in a process of its own, to be stopped, killed and started again.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::{TcpListener, TcpStream};

use crate::cli::command;

/// `authy serve`, whose log is kept in a file.
pub struct Server {
    child: Child,
    /// The issuer.
    pub base: String,
    /// The management listener.
    pub management: String,
    log: PathBuf,
}

impl Server {
    /// Starts it in the directory `place`, on the port that `listen` names, and waits until it listens.
    pub fn start(place: &Path, env: &[(&str, &str)], listen: &str) -> Self {
        let log = place.join("log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let arguments = ["serve", "--listen", listen, "--management-listen", "127.0.0.1:0"];
        let mut child = command(place, env, &arguments).stdout(Stdio::piped()).stderr(file).spawn().expect("authy runs");
        let mut said = String::new();
        let out = child.stdout.as_mut().expect("standard output");
        let mut byte = [0];
        while said.matches("listening ").count() < 2 || !said.ends_with('\n') {
            let read = out.read(&mut byte).expect("readable");
            assert_eq!(read, 1, "the server ended: {said}\n{}", std::fs::read_to_string(&log).unwrap_or_default());
            said.push(char::from(byte[0]));
        }
        let line = |word: &str, at: usize| said.lines().filter_map(|line| line.strip_prefix(word)).nth(at).expect("a line").to_owned();
        Self { child, base: line("issuer ", 0), management: format!("http://{}", line("listening ", 1)), log }
    }

    /// Stops it as an operator does, demands success, and reads what it logged.
    pub fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
        assert!(self.child.wait().expect("it ends").success(), "a stop is no failure");
        std::fs::read_to_string(&self.log).expect("a log")
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ends");
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("asked").is_none()
    }

    /// The status of `/readyz`.
    pub async fn readiness(&self) -> u16 {
        crate::support::http::get(format!("{}/readyz", self.management)).await.status().as_u16()
    }
}

/// A way to a server that can be cut and mended.
#[derive(Clone)]
pub struct Way {
    /// Where it begins.
    pub address: String,
    open: Arc<AtomicBool>,
}

impl Way {
    /// A way to `to`, a host and port.
    pub async fn to(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let way = Self { address: listener.local_addr().expect("an address").to_string(), open: Arc::new(AtomicBool::new(true)) };
        let (open, to) = (way.open.clone(), to.to_owned());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, to.clone(), open.clone()));
            }
        });
        way
    }

    /// Cuts or mends it: every connection ends at once, and new ones end as they begin.
    pub fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
    }
}

async fn carry(mut near: TcpStream, to: String, open: Arc<AtomicBool>) {
    let is_cut = async {
        while open.load(Ordering::SeqCst) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    if !open.load(Ordering::SeqCst) {
        return;
    }
    let Ok(mut far) = TcpStream::connect(to).await else { return };
    tokio::select! {
        () = is_cut => {}
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
    }
}
