//! HTTP for the flows: TLS with the system's authorities, no redirects, bounded time and size, and plain http on this machine only.

use std::error::Error as _;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use http::Response;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Certificate, Client, ClientBuilder, redirect};
use url::{Host, Url};

use super::failures::clean;
use crate::cli::output::CliError;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest body that is read, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address is not one that secrets may go to.
    #[error("{0} is not https, and plain http is only for this machine")]
    Plain(String),
    /// No connection, no trust, no time.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// The innermost reason.
        reason: String,
    },
    /// More than anybody needs.
    #[error("{0} answers more than 4 MiB")]
    TooLong(String),
    /// A request that was to prove something, and cannot.
    #[error("the request cannot be proven: {0}")]
    Proof(String),
}

/// Two clients: for hosts of this machine, which no proxy serves, and for all others.
#[derive(Debug)]
pub struct Transport {
    here: Client,
    elsewhere: Client,
}

impl Transport {
    /// `ca_file` adds authorities; `insecure` takes any certificate of a host on this machine, and of no other.
    ///
    /// # Errors
    /// When the file is no PEM file of certificates, or the system's authorities cannot be read.
    pub fn new(ca_file: Option<&Path>, insecure: bool) -> Result<Self, CliError> {
        // Somebody else in this process may have chosen before; the choice is the same.
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let authorities = ca_file.map(authorities).transpose()?.unwrap_or_default();
        let build = |builder: ClientBuilder| {
            let builder = builder.redirect(redirect::Policy::none()).timeout(PATIENCE).connect_timeout(CONNECT);
            let builder = builder.user_agent(concat!("authy/", env!("CARGO_PKG_VERSION")));
            let client = authorities.iter().cloned().fold(builder, ClientBuilder::add_root_certificate).build();
            client.map_err(|error| CliError::failed(format!("TLS cannot start: {}.", innermost(&error))))
        };
        let here = build(Client::builder().no_proxy().danger_accept_invalid_certs(insecure))?;
        Ok(Self { here, elsewhere: build(Client::builder())? })
    }

    /// Sends one request; redirects are answers.
    ///
    /// # Errors
    /// When no answer comes, or one that is too long.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let unreachable = |host: &str, error: &reqwest::Error| {
            let reason = if error.is_timeout() { format!("no answer within {} s", PATIENCE.as_secs()) } else { innermost(error) };
            TransportError::Unreachable { host: host.to_owned(), reason }
        };
        let request = reqwest::Request::try_from(request).map_err(|error| unreachable("The address", &error))?;
        let host = authority(request.url());
        let client = match (is_loopback(request.url()), request.url().scheme()) {
            (true, _) => &self.here,
            (false, "https") => &self.elsewhere,
            (false, _) => return Err(TransportError::Plain(clean(&origin_and_path(request.url())))),
        };
        let mut answer = client.execute(request).await.map_err(|error| unreachable(&host, &error))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(&host, &error))? {
            if body.len() + chunk.len() > LONGEST {
                return Err(TransportError::TooLong(host));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Transport {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Whether a URL's host is this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// A URL as it may be shown: without its query, which can hold codes, and without a user.
pub fn origin_and_path(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    match url.host_str() {
        Some(host) => format!("{}://{host}{port}{}", url.scheme(), url.path()),
        None => format!("{}:{}", url.scheme(), url.path()),
    }
}

fn authority(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, CliError> {
    let refused = |why: &str| {
        CliError::new(
            "refused",
            format!("The file {:?} {why}.", path.display()),
            "Give --ca-file a PEM file with the certificate of the authority that signed the server's.",
        )
    };
    let pem = std::fs::read(path).map_err(|error| refused(&format!("cannot be read: {}", crate::config::sources::reason(&error))))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(refused("holds no PEM certificate")),
    }
}

/// The last error of the chain says what happened; those before it say during what.
fn innermost(error: &reqwest::Error) -> String {
    let mut last = error.source();
    let mut text = error.to_string();
    while let Some(inner) = last {
        text = inner.to_string();
        last = inner.source();
    }
    clean(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        let is = |text: &str| is_loopback(&Url::parse(text).unwrap());
        assert!(is("http://127.0.0.1:8080/") && is("http://[::1]/") && is("https://localhost/") && is("http://127.9.9.9/"));
        assert!(!is("http://localhost.example/") && !is("http://10.0.0.1/") && !is("http://[::]/") && !is("com.example.app:/cb"));
    }

    #[test]
    fn a_shown_address_holds_no_query_and_no_user() {
        let shown = |text: &str| origin_and_path(&Url::parse(text).unwrap());
        assert_eq!(shown("https://ada:pw@id.example:8443/cb?code=secret#f"), "https://id.example:8443/cb");
        assert_eq!(shown("com.example.app:/cb?code=secret"), "com.example.app:/cb");
    }

    #[tokio::test]
    async fn nothing_goes_to_another_machine_in_the_clear() {
        let transport = Transport::new(None, true).unwrap();
        let request = http::Request::get("http://id.example.com/token?code=secret").body(Vec::new()).unwrap();
        let error = transport.send(request).await.unwrap_err();
        assert!(matches!(&error, TransportError::Plain(shown) if shown == "http://id.example.com/token"), "{error}");
    }
}
