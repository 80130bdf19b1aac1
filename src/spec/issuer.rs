//! The issuer identifier: RFC 8414 §2, OIDC Discovery §3, RFC 9207 §2.
//!
//! It is compared as text by every relying party, so it is kept exactly as it was set and must already be in normal form.

use std::fmt;

use url::{Host, Url};

/// The URL that names this provider: checked, and never ending in `/`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: String,
    origin: String,
    path: String,
    host: String,
    authority: String,
    https: bool,
    loopback: bool,
}

impl Issuer {
    /// Checks an issuer.
    ///
    /// RFC 8414 §2: "has no query or fragment components". Plain http is for loopback hosts only.
    ///
    /// # Errors
    /// One sentence with the problem and its mend, for the person who configures the server.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|error| format!("The issuer {text:?} is not an absolute URL ({error}); write it like https://id.example.com."))?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            other => {
                return Err(format!("The issuer's scheme is {other:?}; an issuer begins with https:// (or http:// on a loopback host)."));
            }
        };
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err("The issuer contains a user name or an @; leave out everything before the host.".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("The issuer has a query or a fragment; cut it off at the ? or #.".to_owned());
        }
        let loopback = is_loopback(&url);
        if !https && !loopback {
            return Err(format!(
                "The issuer {text} uses http on a host that is not loopback; use https://, or http://localhost for a trial on this machine."
            ));
        }
        if url.port() == Some(0) {
            return Err("The issuer names port 0; give the port that clients connect to.".to_owned());
        }
        let normal = url.as_str().trim_end_matches('/');
        if normal != text || url.path().contains("//") {
            return Err(format!("The issuer {text:?} is not in its normal form; write it as {normal} (clients compare it as text)."));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let path = url.path().trim_end_matches('/').to_owned();
        Ok(Self { text: text.to_owned(), origin: url.origin().ascii_serialization(), path, host, authority, https, loopback })
    }

    /// The identifier, as `iss` carries it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port, as browsers write an `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `""`, or the path the provider lives under, such as `/auth`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The host, IPv6 addresses in brackets, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Host and, unless it is the scheme's default, port: what a `Host` header carries.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether browsers reach it over TLS.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine: 127.0.0.0/8, `[::1]` or `localhost`.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The full URL of a path of the server: `url("/oauth2/token")`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

/// Whether a URL's host is this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_with_a_path_gives_full_urls() {
        let issuer = Issuer::parse("https://id.example.com:8443/auth").unwrap();
        assert_eq!(issuer.url("/oauth2/token"), "https://id.example.com:8443/auth/oauth2/token");
        assert_eq!(issuer.origin(), "https://id.example.com:8443");
        assert_eq!((issuer.path(), issuer.host(), issuer.authority()), ("/auth", "id.example.com", "id.example.com:8443"));
        assert!(issuer.is_https() && !issuer.is_loopback());
    }

    #[test]
    fn http_is_taken_on_loopback_hosts_only() {
        for text in ["http://localhost:8080", "http://127.0.0.1:8080", "http://127.8.9.1", "http://[::1]:9"] {
            assert!(Issuer::parse(text).is_ok_and(|issuer| issuer.is_loopback() && !issuer.is_https()), "{text}");
        }
        for text in ["http://id.example.com", "http://localhost.evil", "http://10.0.0.1", "http://0.0.0.0"] {
            assert!(Issuer::parse(text).is_err_and(|words| words.contains("loopback")), "{text}");
        }
    }

    #[test]
    fn whatever_is_not_an_issuer_is_refused_with_its_mend() {
        for text in [
            "",
            "id.example.com",
            "ftp://id.example.com",
            "https://id.example.com/",
            "https://id.example.com/auth/",
            "https://id.example.com?x",
            "https://id.example.com?",
            "https://id.example.com#f",
            "https://user@id.example.com",
            "https://@id.example.com",
            "https://ID.example.com",
            "https://id.example.com:443",
            "https://id.example.com/a/../b",
            "https://id.example.com//a",
            " https://id.example.com",
            "https://localhost:0",
            "https:\\\\id.example.com",
        ] {
            assert!(Issuer::parse(text).is_err(), "{text}");
        }
        assert!(Issuer::parse("https://ID.example.com:443/").unwrap_err().contains("https://id.example.com "));
    }
}
