//! Which redirect URIs may be registered: RFC 7591 §5, RFC 8252 §7.1 and §8.4, RFC 9700 §4.1.1.

use std::fmt;

use super::LOOPBACK_HOSTS;
use super::text::{has_dot_segments, host_and_port, split};

const MAX_LENGTH: usize = 2048;

/// Schemes that browsers run, open locally, or hand to something that is no application.
const NEVER: &[&str] = &[
    "about",
    "blob",
    "chrome",
    "data",
    "file",
    "filesystem",
    "ftp",
    "gopher",
    "jar",
    "javascript",
    "livescript",
    "mailto",
    "mhtml",
    "mocha",
    "resource",
    "sms",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Who registers the URI, and for what kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// A public client (RFC 6749 §2.1).
    pub public: bool,
    /// An administrator vouches for it.
    pub administrator: bool,
}

/// Why a URI may not be registered: `invalid_redirect_uri` (RFC 7591 §3.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What is wrong.
    pub problem: &'static str,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.problem, self.mend)
    }
}

fn unfit(problem: &'static str, mend: impl Into<String>) -> Result<(), Unfit> {
    Err(Unfit { problem, mend: mend.into() })
}

/// RFC 6749 §3.1.2: whether a URI may be registered as a redirect URI, or as a post-logout one.
///
/// # Errors
/// What is wrong with it and how to mend it, for the person who registers the client.
pub fn check_registration(uri: &str, registration: Registration) -> Result<(), Unfit> {
    if uri.is_empty() || uri.len() > MAX_LENGTH {
        return unfit("it is empty or longer than 2048 characters", "give the exact URI that the application sends");
    }
    if let Some(character) = uri.chars().find(|character| !is_uri_character(*character)) {
        return unfit(
            "it has a character that a URI cannot have",
            format!("percent-encode {character:?}, and write an international host in its xn-- form"),
        );
    }
    if uri.contains('*') {
        return unfit("it has a `*`, and wildcards are not matched", "register each exact URI by itself");
    }
    let Some(parts) = split(uri) else {
        return unfit("it is not an absolute URI", "begin it with a scheme, like https://app.example.com/callback");
    };
    let scheme = parts.scheme.to_ascii_lowercase();
    if NEVER.contains(&scheme.as_str()) {
        return unfit("its scheme can never be a redirect target", "use https, a loopback http address, or a private-use scheme");
    }
    if parts.fragment {
        return unfit("it has a fragment", "cut it off at the `#`");
    }
    if parts.authority.is_some_and(|authority| authority.contains('@')) {
        return unfit("it has user information before the host", "leave out everything up to the `@`");
    }
    if has_dot_segments(parts.path) {
        return unfit("its path has `.` or `..` segments", "write the path that they lead to");
    }
    match scheme.as_str() {
        "https" => check_host(parts.authority).map(|_| ()),
        "http" => check_http(check_host(parts.authority)?, registration),
        _ => check_private_use(&scheme, uri, registration),
    }
}

fn is_uri_character(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

fn check_host(authority: Option<&str>) -> Result<&str, Unfit> {
    authority.and_then(host_and_port).map(|(host, _)| host).ok_or_else(|| Unfit {
        problem: "its host or port is missing or malformed",
        mend: "write it like https://app.example.com/callback".to_owned(),
    })
}

/// RFC 8252 §8.3: plain http never leaves the machine.
fn check_http(host: &str, registration: Registration) -> Result<(), Unfit> {
    if !LOOPBACK_HOSTS.contains(&host) {
        return unfit("it is http on a host that is not loopback", "use https; http is for 127.0.0.1, [::1] and localhost");
    }
    if registration.public || registration.administrator {
        return Ok(());
    }
    unfit("it is a loopback address for a client that runs on a server", "use https, or register a public client")
}

/// RFC 8252 §7.1 and §8.4: a private-use scheme is a domain name in reverse order, so it has a dot; an administrator may say otherwise.
fn check_private_use(scheme: &str, uri: &str, registration: Registration) -> Result<(), Unfit> {
    if !scheme.contains('.') && !registration.administrator {
        return unfit("its private-use scheme has no dot", "use a scheme made from a domain of yours, like com.example.app:/callback");
    }
    if uri.len() == scheme.len() + 1 {
        return unfit("nothing follows its scheme", format!("add a path, like {scheme}:/callback"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: Registration = Registration { public: true, administrator: false };
    const ADMINISTRATOR: Registration = Registration { public: false, administrator: true };
    const SERVER: Registration = Registration { public: false, administrator: false };

    #[test]
    fn dangerous_schemes_are_never_registered() {
        for scheme in ["javascript:", "JaVaScRiPt:", "data:", "vbscript:", "file:", "blob:", "about:", "FiLe:"] {
            for prefix in ["", " ", "\t", "\u{1}", "\0", "\n", "\u{a0}"] {
                for rest in ["alert(1)", "//rp.example/cb", "text/html,x", ""] {
                    let uri = format!("{prefix}{scheme}{rest}");
                    for registration in [STRANGER, ADMINISTRATOR, SERVER] {
                        assert!(check_registration(&uri, registration).is_err(), "{uri:?}");
                    }
                }
            }
        }
        assert!(check_registration("java\tscript:alert(1)", ADMINISTRATOR).is_err());
        assert!(check_registration("javascript\0:alert(1)", ADMINISTRATOR).is_err());
    }

    #[test]
    fn what_real_applications_register_is_taken() {
        for uri in [
            "https://rp.example/cb",
            "https://rp.example",
            "https://rp.example/",
            "https://rp.example:8443/cb?x=1&y[]=2",
            "https://[2001:db8::1]/cb",
            "http://127.0.0.1/cb",
            "http://localhost:8000",
            "http://[::1]:1/cb",
            "com.example.app:/cb",
            "app.immich:///oauth-callback",
            "oc://android.owncloud.com",
            "oc.ios://ios.owncloud.com",
            "audiobookshelf://oauth",
            "kitchenowl:/redirect",
        ] {
            assert_eq!(check_registration(uri, ADMINISTRATOR), Ok(()), "{uri}");
        }
    }

    #[test]
    fn tricks_are_refused_even_from_an_administrator() {
        for uri in [
            "",
            "rp.example/cb",
            "//rp.example/cb",
            "/cb",
            "https:",
            "https://",
            "https:///cb",
            "https:rp.example/cb",
            "https://rp.example/cb#f",
            "https://rp.example/cb#",
            "https://rp.example@evil/cb",
            "https://a@b@evil/cb",
            "https://rp.example\\@evil/cb",
            "https://rp.example/cb/../x",
            "https://rp.example/cb%2f..%2fx",
            "https://rp.example/%2E%2e/x",
            "https://rp.example/..;/cb",
            "https://rp．example/cb",
            "https://*.example/cb",
            "https://rp.example/*",
            "https://rp.example:port/cb",
            "https://rp.example:99999/cb",
            "https://rp.example:/cb",
            "https://[::1/cb",
            "https://rp.example/c b",
            "https://rp.example/cb\n",
            "http://rp.example/cb",
            "http://127.0.0.1.evil/cb",
            "http://127.0.0.1@evil/",
            "http://0.0.0.0:1/cb",
            "http://localhost.evil/",
            "http://127.1/cb",
            "app.immich://u@host/cb",
            "com.example.app:",
            "1app:/cb",
        ] {
            assert!(check_registration(uri, ADMINISTRATOR).is_err(), "{uri:?}");
        }
        assert!(check_registration(&format!("https://rp.example/{}", "x".repeat(MAX_LENGTH)), ADMINISTRATOR).is_err());
    }

    #[test]
    fn a_stranger_needs_a_dot_and_a_server_needs_https() {
        assert!(check_registration("myapp:/cb", STRANGER).unwrap_err().problem.contains("dot"));
        assert_eq!(check_registration("com.example.app:/cb", STRANGER), Ok(()));
        assert_eq!(check_registration("http://127.0.0.1/cb", STRANGER), Ok(()));
        assert!(check_registration("http://127.0.0.1/cb", SERVER).is_err());
    }
}
