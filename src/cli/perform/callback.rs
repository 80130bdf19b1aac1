//! The listener on a loopback redirect URI: RFC 8252 §7.3.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::{Host, Url};

use super::redirect::{self, RedirectUri};
use crate::cli::output::CliError;
use crate::spec::params::Params;

/// How long a person may take to sign in.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a browser may take to send its request.
const REQUEST: Duration = Duration::from_secs(10);
/// The longest request, in bytes.
const LONGEST: usize = 64 * 1024;

/// Listens where the answer will come.
#[derive(Debug)]
pub struct Callback {
    listeners: Vec<TcpListener>,
    redirect_uri: RedirectUri,
}

impl Callback {
    /// Opens the listener of a loopback redirect URI, and says which port it got. When the forms are driven nobody connects: then only port 0 is bound, to choose a free one.
    ///
    /// # Errors
    /// When the port is taken, or the answer would come to another machine and nobody drives the forms.
    pub async fn open(redirect_uri: RedirectUri, drives_forms: bool) -> Result<(Option<Self>, RedirectUri), CliError> {
        let chooses_port = redirect_uri.url().port() == Some(0);
        if !redirect_uri.is_loopback() {
            return if drives_forms { Ok((None, redirect_uri)) } else { Err(Self::cannot_receive(&redirect_uri)) };
        }
        if drives_forms && !chooses_port {
            return Ok((None, redirect_uri));
        }
        let port = redirect_uri.url().port_or_known_default().unwrap_or_default();
        let (listeners, port) = bind(redirect_uri.url(), port).await.map_err(|error| {
            let message = format!("{} cannot be listened on: {error}.", redirect_uri.as_str());
            CliError::new("failed", message, "Choose another port; 0 takes a free one, which public clients may use.")
        })?;
        let redirect_uri = if chooses_port { redirect_uri.with_port(port) } else { redirect_uri };
        Ok((Some(Self { listeners, redirect_uri: redirect_uri.clone() }), redirect_uri))
    }

    /// The answer goes where we cannot hear it.
    pub fn cannot_receive(redirect_uri: &RedirectUri) -> CliError {
        CliError::misused(
            format!("An answer to {} does not come to this command.", redirect_uri.as_str()),
            "Drive the forms with --username and --password-file, or use a redirect URI like http://127.0.0.1:0/cb.",
        )
    }

    /// Waits for the browser to bring the answer.
    ///
    /// # Errors
    /// After ten minutes, or when the answer cannot be read.
    pub async fn wait(self) -> Result<Params, CliError> {
        let (sender, mut receiver) = mpsc::channel(1);
        let redirect_uri = Arc::new(self.redirect_uri);
        let mut accepting = JoinSet::new();
        for listener in self.listeners {
            let (sender, redirect_uri) = (sender.clone(), redirect_uri.clone());
            accepting.spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (sender, redirect_uri) = (sender.clone(), redirect_uri.clone());
                    // Browsers open connections that they never use: each has a task of its own.
                    tokio::spawn(async move {
                        if let Ok(Ok(Some(answer))) = tokio::time::timeout(REQUEST, serve(stream, &redirect_uri)).await {
                            let _had_one_before = sender.send(answer).await;
                        }
                    });
                }
            });
        }
        match tokio::time::timeout(PATIENCE, receiver.recv()).await {
            Ok(Some(answer)) => answer,
            _ => Err(CliError::new("timeout", "No answer came within ten minutes.", "Run the command again and open the address at once.")),
        }
    }
}

async fn bind(url: &Url, port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    let (first, second) = match url.host() {
        Some(Host::Ipv4(address)) => (address.into(), None),
        Some(Host::Ipv6(address)) => (address.into(), None),
        // RFC 8252 §8.3: what "localhost" means is the browser's choice, so both.
        _ => (v4, Some(v6)),
    };
    let listener = TcpListener::bind(SocketAddr::new(first, port)).await?;
    let port = listener.local_addr()?.port();
    let mut listeners = vec![listener];
    if let Some(second) = second {
        // A machine without IPv6 has nothing to listen on there.
        listeners.extend(TcpListener::bind(SocketAddr::new(second, port)).await.ok());
    }
    Ok((listeners, port))
}

/// Answers one request; gives the parameters when it brought the answer.
async fn serve(mut stream: TcpStream, redirect_uri: &RedirectUri) -> io::Result<Option<Result<Params, CliError>>> {
    let request = read(&mut stream).await?;
    let answer = request.and_then(|request| request.answer(redirect_uri));
    let (status, text) = match &answer {
        Some(Ok(_)) => ("200 OK", "The answer has arrived. You can close this page."),
        Some(Err(_)) => ("400 Bad Request", "The answer cannot be read. You can close this page."),
        None => ("404 Not Found", "There is nothing here."),
    };
    let page = format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>authy perform</title><p>{text}</p></html>\n");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n",
        page.len()
    );
    // The answer counts even when the browser no longer waits for the page.
    let _browser_gone = stream.write_all(format!("{head}{page}").as_bytes()).await;
    let _browser_gone = stream.shutdown().await;
    Ok(answer)
}

/// As much of a request as an answer needs.
#[derive(Debug)]
struct Request {
    is_post: bool,
    target: String,
    body: String,
}

impl Request {
    /// The parameters, if the request goes to the redirect URI: in the query, or in the body of a form (Form Post Response Mode).
    fn answer(&self, redirect_uri: &RedirectUri) -> Option<Result<Params, CliError>> {
        let url = redirect_uri.url().join(&self.target).ok()?;
        match (redirect_uri.receives(&url), self.is_post) {
            (false, _) => None,
            (true, true) => Some(redirect::parse(&self.body)),
            (true, false) => Some(redirect_uri.answer(url.query().unwrap_or_default())),
        }
    }
}

/// Reads a request; `None` when it is none that browsers send.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await?;
        bytes.extend(chunk.iter().take(count));
        if count == 0 || bytes.len() > LONGEST {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        if !matches!(method, "GET" | "POST") || !target.starts_with('/') {
            return Ok(None);
        }
        let length = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|(_, value)| value.trim().parse::<usize>().ok()).unwrap_or(0);
        if body.len() >= length {
            return Ok(Some(Request { is_post: method == "POST", target: target.to_owned(), body: body.chars().take(length).collect() }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(redirect_uri: &str, port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(request.replace("{uri}", redirect_uri).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn only_a_request_for_the_redirect_uri_brings_the_answer() {
        let uri = RedirectUri::parse("http://127.0.0.1:0/cb").unwrap();
        let (callback, uri) = Callback::open(uri, false).await.unwrap();
        let port = uri.url().port().unwrap();
        let waiting = tokio::spawn(callback.unwrap().wait());
        // A connection that a browser opens and never uses holds nobody up.
        let _idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        assert!(sent(uri.as_str(), port, "GET /favicon.ico HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 404"));
        assert!(sent(uri.as_str(), port, "GET /cb?code=c&state=s HTTP/1.1\r\nHost: x\r\n\r\n").await.starts_with("HTTP/1.1 200"));
        let answer = waiting.await.unwrap().unwrap();
        assert_eq!((answer.get("code"), answer.get("state")), (Some("c"), Some("s")));
    }

    #[tokio::test]
    async fn an_answer_may_come_as_a_posted_form() {
        let (callback, uri) = Callback::open(RedirectUri::parse("http://localhost:0/cb").unwrap(), false).await.unwrap();
        let waiting = tokio::spawn(callback.unwrap().wait());
        let post = "POST /cb HTTP/1.1\r\nContent-Length: 14\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\ncode=c&state=s";
        assert!(sent(uri.as_str(), uri.url().port().unwrap(), post).await.starts_with("HTTP/1.1 200"));
        assert_eq!(waiting.await.unwrap().unwrap().get("code"), Some("c"));
    }

    #[tokio::test]
    async fn an_answer_to_another_machine_needs_driven_forms() {
        let app = || RedirectUri::parse("https://app.example/cb").unwrap();
        assert_eq!(Callback::open(app(), false).await.unwrap_err().exit_code, 2);
        let (callback, uri) = Callback::open(app(), true).await.unwrap();
        assert!(callback.is_none() && uri.as_str() == "https://app.example/cb");
    }
}
