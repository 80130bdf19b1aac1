//! Redirect URIs: RFC 6749 §3.1.2, RFC 8252 §7 and §8.6, RFC 9700 §2.1. Always compared as text, never normalised.

use std::fmt;

use url::Url;

mod register;
mod text;

pub use register::{Registration, Unfit, check_registration};

/// The hosts of RFC 8252 §7.3, as they are written in a URI. Each is a host of its own: there is no crossing between them.
pub(crate) const LOOPBACK_HOSTS: &[&str] = &["127.0.0.1", "[::1]", "localhost"];

/// A redirect URI that was found among those a client registered: only [`matches()`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// The URI exactly as it was presented.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 9700 §2.1: "exact string matching except for port numbers in localhost redirection URIs of native apps". The same rule holds for
/// `post_logout_redirect_uri`.
pub fn matches(registered: &[String], presented: &str, public: bool) -> Option<RedirectUri> {
    let exact = registered.iter().any(|known| known == presented);
    let by_port = || {
        let (host, rest) = loopback(presented)?;
        registered.iter().filter_map(|known| loopback(known)).find(|known| *known == (host, rest))
    };
    (exact || (public && by_port().is_some())).then(|| RedirectUri(presented.to_owned()))
}

/// RFC 8252 §7.3: an http URI on a loopback host, as its host and what follows the port. Whatever else follows the host (`@`, `.evil`, `\`) is not one.
fn loopback(uri: &str) -> Option<(&'static str, &str)> {
    let after_scheme = uri.strip_prefix("http://")?;
    let (host, after_host) = LOOPBACK_HOSTS.iter().find_map(|host| after_scheme.strip_prefix(host).map(|rest| (*host, rest)))?;
    let rest = match after_host.strip_prefix(':') {
        Some(after_colon) => {
            let digits = after_colon.bytes().take_while(u8::is_ascii_digit).count();
            let (port, rest) = after_colon.split_at_checked(digits)?;
            if port.len() > 5 || !port.parse::<u16>().is_ok_and(|number| number > 0) {
                return None;
            }
            rest
        }
        None => after_host,
    };
    (rest.is_empty() || rest.starts_with('/') || rest.starts_with('?')).then_some((host, rest))
}

/// What a person most likely mixed up when a redirect URI was not found: for the log and `authy explain`, never for a stranger.
pub fn near_miss(presented: &str, registered: &[String]) -> Option<String> {
    registered.iter().find_map(|known| {
        let difference = if presented.trim_end_matches('/') == known.trim_end_matches('/') {
            "only the `/` at the end differs"
        } else if presented.trim() == known {
            "there is white space around it"
        } else if presented.eq_ignore_ascii_case(known) {
            "only upper and lower case differ"
        } else if presented.replacen("http://", "https://", 1) == known.replacen("http://", "https://", 1) {
            "only http and https differ"
        } else if presented.split(['?', '#']).next() == known.split(['?', '#']).next() {
            "only the part from `?` or `#` on differs"
        } else if loopback(presented).is_some() && loopback(presented) == loopback(known) {
            "only the port differs, which is free for public clients only"
        } else if without_port(presented).is_some() && without_port(presented) == without_port(known) {
            "only the port differs"
        } else {
            return None;
        };
        Some(format!("registered is {known}, and {difference}; redirect URIs are compared character by character"))
    })
}

fn without_port(uri: &str) -> Option<Url> {
    let mut url = Url::parse(uri).ok()?;
    url.set_port(None).ok()?;
    Some(url)
}

/// The origin of an http or https URI as browsers write it: in `Origin`, where frames are let in, and where pages talk to each other. A
/// private-use scheme has none.
pub fn origin(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(uris: &[&str]) -> Vec<String> {
        uris.iter().map(|uri| (*uri).to_owned()).collect()
    }

    #[test]
    fn nothing_but_the_exact_uri_matches() {
        let known = registered(&["https://rp.example/cb"]);
        let long = format!("https://rp.example/cb?{}", "x".repeat(8192));
        for public in [false, true] {
            assert_eq!(matches(&known, "https://rp.example/cb", public).unwrap().as_str(), "https://rp.example/cb");
            for presented in [
                "https://rp.example/cb/",
                "https://rp.example/CB",
                "https://rp.example/cb?x=1",
                "https://rp.example/cb#f",
                "https://rp.example/cb/../x",
                "https://rp.example/cb%2f..%2fx",
                "https://rp.example/cb;x",
                "https://rp.example/..;/cb",
                "https://rp.example.evil/cb",
                "https://rp.example@evil/cb",
                "https://a@b@evil/cb",
                "https://rp.example\\@evil/cb",
                "https://rp.example:444/cb",
                "https://rp.example:443/cb",
                "http://rp.example/cb",
                "HTTPS://rp.example/cb",
                "https://RP.example/cb",
                "//rp.example/cb",
                "https://rpxexample/cb",
                "https://rp．example/cb",
                "https://rp.example％2f/cb",
                "https://rp.example/\tcb",
                "https://rp.example/cb\n",
                "https://rp.example/cb\0",
                " https://rp.example/cb",
                "",
                long.as_str(),
            ] {
                assert_eq!(matches(&known, presented, public), None, "{presented:?}");
            }
            assert_eq!(matches(&[], "https://rp.example/cb", public), None, "a client without URIs never learns one");
        }
    }

    #[test]
    fn any_port_of_the_same_loopback_host_is_taken_for_public_clients() {
        let known = registered(&["http://127.0.0.1/cb", "http://[::1]:8000/cb", "http://localhost:1/l?a=b"]);
        for presented in
            ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", "http://[::1]:61023/cb", "http://[::1]/cb", "http://localhost:65535/l?a=b"]
        {
            assert!(matches(&known, presented, true).is_some(), "{presented}");
        }
        assert_eq!(matches(&known, "http://127.0.0.1:51004/cb", false), None);
        for presented in [
            "http://127.0.0.1.evil/cb",
            "http://127.0.0.1@evil/",
            "http://127.0.0.1@evil/cb",
            "http://127.0.0.1:80@evil/cb",
            "http://0.0.0.0:1/cb",
            "http://localhost.evil/",
            "http://localhost:1/cb",
            "http://127.0.0.1:1/l?a=b",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:+1/cb",
            "http://127.0.0.1:00080/cb/",
            "http://127.0.0.1:1/cb?x",
            "http://127.0.0.1:1/CB",
            "https://127.0.0.1:1/cb",
            "http://127.0.0.2:1/cb",
            "http://127.1:1/cb",
            "http://LOCALHOST:1/l?a=b",
            "http://[0:0:0:0:0:0:0:1]:1/cb",
            "http://127.0.0.1:1\\@evil/cb",
            "http://127.0.0.1:1/cb#f",
            "HTTP://127.0.0.1:1/cb",
            "http://u@127.0.0.1:1/cb",
        ] {
            assert_eq!(matches(&known, presented, true), None, "{presented}");
        }
    }

    #[test]
    fn a_private_use_uri_matches_as_text() {
        let known = registered(&["app.immich:///oauth-callback"]);
        assert!(matches(&known, "app.immich:///oauth-callback", true).is_some());
        assert!(matches(&known, "app.immich:/oauth-callback", true).is_none());
    }

    #[test]
    fn a_near_miss_is_explained() {
        let known = registered(&["https://x"]);
        assert!(near_miss("https://x/", &known).unwrap().contains("`/`"));
        assert!(near_miss("http://x", &known).unwrap().contains("http and https"));
        assert!(near_miss("https://X", &known).unwrap().contains("case"));
        assert!(near_miss("https://x?y", &known).unwrap().contains('?'));
        assert!(near_miss("https://x:8443", &known).unwrap().contains("port"));
        assert_eq!(near_miss("https://elsewhere", &known), None);
        assert_eq!(near_miss("app:/a", &registered(&["app:/b"])), None);
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        assert_eq!(origin("https://RP.example:443/cb").as_deref(), Some("https://rp.example"));
        assert_eq!(origin("http://localhost:8000/cb").as_deref(), Some("http://localhost:8000"));
        assert_eq!(origin("app.immich:///oauth-callback"), None);
    }
}
