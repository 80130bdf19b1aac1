//! Where the answer comes, and how it is recognised there.

use url::Url;

use super::failures::wrong;
use super::transport::is_loopback;
use crate::cli::output::CliError;
use crate::spec::params::Params;

/// A redirect URI: the text that is sent, and its parts.
#[derive(Clone, Debug)]
pub struct RedirectUri {
    text: String,
    url: Url,
}

impl RedirectUri {
    /// Reads the flag.
    ///
    /// # Errors
    /// Wrong usage when it is not an absolute URI, or has a fragment (RFC 6749 §3.1.2).
    pub fn parse(text: &str) -> Result<Self, CliError> {
        let misused = |why: &str| {
            CliError::misused(
                format!("--redirect-uri {text:?} {why}."),
                "Write it as it is registered, like http://127.0.0.1:0/cb or https://app.example/cb.",
            )
        };
        let url = Url::parse(text).map_err(|error| misused(&format!("is not an absolute URI ({error})")))?;
        if url.fragment().is_some() {
            return Err(misused("has a fragment"));
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The text as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its parts.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Whether a listener on this machine can receive the answer: RFC 8252 §7.3.
    pub fn is_loopback(&self) -> bool {
        self.url.scheme() == "http" && is_loopback(&self.url)
    }

    /// The same with another port: RFC 8252 §7.3 lets native applications choose it anew each time.
    pub fn with_port(&self, port: u16) -> Self {
        let mut url = self.url.clone();
        // It fails only for URLs without a host, which have no port to choose either.
        let _has_no_host = url.set_port(Some(port));
        Self { text: url.to_string(), url }
    }

    /// Whether a browser that goes to `url` brings the answer: all but the query is equal, and its own query comes first (RFC 6749 §3.1.2).
    pub fn receives(&self, url: &Url) -> bool {
        let same = |read: fn(&Url) -> Option<&str>| read(&self.url) == read(url);
        let query = url.query().unwrap_or_default();
        same(|url| Some(url.scheme()))
            && same(Url::host_str)
            && self.url.port_or_known_default() == url.port_or_known_default()
            && same(|url| Some(url.path()))
            && self.url.query().is_none_or(|own| query.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('&')))
    }

    /// The parameters of the answer in `query`, without those that are the redirect URI's own.
    ///
    /// # Errors
    /// When the query cannot be read, or repeats a parameter.
    pub fn answer(&self, query: &str) -> Result<Params, CliError> {
        let own = self.url.query().unwrap_or_default();
        let rest = query.strip_prefix(own).unwrap_or(query).trim_start_matches('&');
        parse(rest)
    }
}

/// The parameters of an answer, form-encoded.
///
/// # Errors
/// When they cannot be read, or one is repeated.
pub fn parse(encoded: &str) -> Result<Params, CliError> {
    Params::parse(encoded).map_err(|refusal| {
        wrong(format!("The answer at the redirect URI cannot be read: {}", refusal.error.description), "RFC 6749 §4.1.2")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn an_answer_is_one_that_goes_exactly_there() {
        let app = RedirectUri::parse("https://app.example/cb").unwrap();
        assert!(app.receives(&url("https://app.example/cb?code=a&state=b")) && app.receives(&url("https://app.example:443/cb")));
        for other in ["https://app.example/cb/", "https://app.example.evil/cb", "http://app.example/cb", "https://app.example:444/cb"] {
            assert!(!app.receives(&url(other)), "{other}");
        }
        let private = RedirectUri::parse("com.example.app:/cb").unwrap();
        assert!(private.receives(&url("com.example.app:/cb?code=a")) && !private.receives(&url("com.example.other:/cb?code=a")));
    }

    #[test]
    fn the_query_of_the_redirect_uri_is_no_part_of_the_answer() {
        let app = RedirectUri::parse("https://app.example/cb?code=mine").unwrap();
        assert!(
            app.receives(&url("https://app.example/cb?code=mine&code=a")) && !app.receives(&url("https://app.example/cb?code=mineral"))
        );
        assert_eq!(app.answer("code=mine&code=a&state=s").unwrap().get("code"), Some("a"));
        assert!(app.answer("code=mine&code=a&code=b").is_err());
    }

    #[test]
    fn a_loopback_redirect_uri_may_change_its_port() {
        let native = RedirectUri::parse("http://127.0.0.1:0/cb?x=1").unwrap();
        assert!(native.is_loopback());
        assert_eq!(native.with_port(4711).as_str(), "http://127.0.0.1:4711/cb?x=1");
        assert!(!RedirectUri::parse("https://app.example/cb").unwrap().is_loopback());
        assert!(RedirectUri::parse("/cb").is_err() && RedirectUri::parse("https://app.example/cb#f").is_err());
    }
}
