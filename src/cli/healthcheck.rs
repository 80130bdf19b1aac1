//! `authy healthcheck`: readiness on the management listener. A plain connection, so that a container's check costs next to nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use super::arguments::ConfigOption;
use super::output::{CliError, Output};
use super::settings;
use crate::config::Settings;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// As much of the answer as the status line needs.
const HEAD: usize = 64;

/// `authy healthcheck`.
#[derive(Args, Debug)]
pub struct HealthcheckArguments {
    /// Which settings.
    #[command(flatten)]
    pub config: ConfigOption,
    /// The management listener to ask; by default the one in the settings
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// Asks.
///
/// # Errors
/// `not_ready` when the server says so, does not answer within three seconds, or is not there.
pub async fn run(arguments: HealthcheckArguments, out: Output) -> Result<(), CliError> {
    let url = match &arguments.url {
        Some(url) => given(url)?,
        None => configured(&arguments.config)?,
    };
    let status = tokio::time::timeout(PATIENCE, ask(&url)).await.map_err(|_| not_ready(&url, "does not answer within 3 s"))?;
    match status.map_err(|error| not_ready(&url, &format!("cannot be asked ({error})")))? {
        Some(200) => {
            out.print(&json!({ "ready": true, "url": url.as_str() }), || "ready".to_owned());
            Ok(())
        }
        Some(status) => Err(not_ready(&url, &format!("answers {status}"))),
        None => Err(not_ready(&url, "answers something that is not HTTP")),
    }
}

fn not_ready(url: &Url, why: &str) -> CliError {
    CliError::new(
        "not_ready",
        format!("The server at {url} {why}."),
        "See that it runs and listens there (AUTHY_MANAGEMENT_LISTEN); its log says more.",
    )
}

fn given(text: &str) -> Result<Url, CliError> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http" && url.host_str().is_some());
    let mut url =
        url.ok_or_else(|| CliError::misused(format!("{text:?} is not an http URL."), "Write it like http://127.0.0.1:9080/readyz."))?;
    if url.path() == "/" {
        url.set_path("/readyz");
    }
    Ok(url)
}

fn configured(config: &ConfigOption) -> Result<Url, CliError> {
    let settings = settings::load(&config.flags())?;
    let url = management(&settings).and_then(|address| Url::parse(&format!("http://{address}/readyz")).ok());
    url.ok_or_else(|| {
        CliError::new("not_ready", "The settings do not tell where the management listener is.", "Give its address with --url.")
    })
}

/// Where the management listener answers this machine; none when it is off, or on a port that only the server knows.
pub(super) fn management(settings: &Settings) -> Option<SocketAddr> {
    settings.management_listen.filter(|address| address.port() != 0).map(reachable)
}

/// A listener on every address is asked on loopback.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn ask(url: &Url) -> std::io::Result<Option<u16>> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(80);
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: authy-healthcheck\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::with_capacity(HEAD);
    stream.take(HEAD as u64).read_to_end(&mut head).await?;
    Ok(status(&head))
}

/// RFC 9112 §4: the status line.
fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head).ok()?.lines().next()?;
    line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_the_first_line() {
        assert_eq!(status(b"HTTP/1.1 503 Service Unavailable\r\nA: b"), Some(503));
        assert_eq!(status(b"HTTP/1.0 200\r\n"), Some(200));
        assert_eq!(status(b"SSH-2.0-x\r\n"), None);
    }

    #[test]
    fn a_listener_on_every_address_is_asked_on_loopback() {
        assert_eq!(reachable("0.0.0.0:9080".parse().unwrap()).to_string(), "127.0.0.1:9080");
        assert_eq!(reachable("[::]:9080".parse().unwrap()).to_string(), "[::1]:9080");
        assert_eq!(given("http://10.0.0.1:9").unwrap().as_str(), "http://10.0.0.1:9/readyz");
        assert!(given("https://10.0.0.1:9").is_err() && given("10.0.0.1:9").is_err());
    }
}
