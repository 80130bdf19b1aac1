//! Servers as processes of their own, so that the system counts for each what it uses.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::http::{self, Connection, Wrong};
use super::usage;

/// How long a first start may take: it makes RSA keys, which a build without optimization does slowly.
const START: Duration = Duration::from_secs(120);
/// How long a server may take to finish.
const STOP: Duration = Duration::from_secs(5);

/// A running server; ended when dropped.
#[derive(Debug)]
pub struct Server {
    process: std::process::Child,
    /// Where it answers.
    pub address: SocketAddr,
    /// What its URLs begin with.
    pub host: String,
    /// From the start of the process to the first answer.
    pub started_in: Duration,
    // Kept open: a server may print more.
    _output: Option<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts this very program with `arguments`, and waits for the first answer 200 to `path`. Its log goes to the file `log`.
    ///
    /// # Errors
    /// When it ends or stays silent; the last lines of its log say why.
    pub async fn start(arguments: &[String], environment: &[(&str, String)], (log, path): (&Path, &str)) -> Result<Self, Wrong> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(log)?);
        // Settings of whoever runs this must not change what is measured.
        let inherited = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("AUTHY_"));
        for name in inherited {
            command.env_remove(name);
        }
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let begun = Instant::now();
        let mut process = command.spawn()?;
        let output = process.stdout.take();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { process, address, host: String::new(), started_in: Duration::ZERO, _output: None };
        let Some(output) = output else { return Err(Wrong::new("the server has no standard output")) };
        let told = tokio::task::spawn_blocking(move || listening(BufReader::new(output)));
        let told = tokio::time::timeout(START, told).await.map_err(|_| Wrong::new("the server did not say where it listens"))?;
        let Ok(Some((address, output))) = told else {
            return Err(Wrong::new(format!("the server did not start: {}", last_lines(log))));
        };
        server.address = address;
        server.host = format!("localhost:{}", address.port());
        server._output = Some(output);
        Connection::open(address).await?.send(&http::get(&server.host, path, &[])).await?.expect(200)?;
        server.started_in = begun.elapsed();
        Ok(server)
    }

    /// User and system time so far.
    ///
    /// # Errors
    /// When the system does not tell: the process has ended, or this is not Linux.
    pub fn cpu_time(&self) -> Result<Duration, Wrong> {
        usage::cpu_time(self.process.id()).ok_or_else(|| Wrong::new("the system does not tell the processor time of the server"))
    }

    /// What its threads of this name have computed so far.
    ///
    /// # Errors
    /// As [`Server::cpu_time`].
    pub fn cpu_time_of_threads(&self, called: &str) -> Result<Duration, Wrong> {
        let time = usage::cpu_time_of_threads(self.process.id(), called);
        time.ok_or_else(|| Wrong::new("the system does not tell the processor time of the server's threads"))
    }

    /// Memory now, in bytes.
    ///
    /// # Errors
    /// As [`Server::cpu_time`].
    pub fn resident_bytes(&self) -> Result<u64, Wrong> {
        usage::resident_bytes(self.process.id()).ok_or_else(|| Wrong::new("the system does not tell the memory of the server"))
    }

    /// Asks it to stop and waits for that.
    pub async fn stop(mut self) {
        // One that has gone already needs no signal.
        let _ = kill_process(Pid::from_child(&self.process), Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < STOP && matches!(self.process.try_wait(), Ok(None)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both do nothing to a process that has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads up to the line `listening ADDRESS`.
fn listening(mut output: BufReader<ChildStdout>) -> Option<(SocketAddr, BufReader<ChildStdout>)> {
    let mut line = String::new();
    while output.read_line(&mut line).ok()? > 0 {
        if let Some(address) = line.strip_prefix("listening ") {
            return address.trim().parse().ok().map(|address| (address, output));
        }
        line.clear();
    }
    None
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
}
