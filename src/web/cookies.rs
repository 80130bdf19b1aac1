//! Cookies: their names, their attributes, and nothing inside but random values (RFC 6265 §4.1).

use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::{self, HeaderMap};

use crate::secret::Secret;

/// Longer values are not ours.
const MAX_VALUE: usize = 256;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Who is signed in. Lax, since applications link to us.
    Session,
    /// Names a browser before anybody signs in: sign-ins under way are bound to it.
    PreSession,
    /// Tells pages of clients that the session changed: OIDC Session Management §4.2. Scripts read it, frames on other sites get it, and it
    /// opens nothing.
    BrowserState,
    /// Opens `/admin` together with the session. Strict: no link from elsewhere brings it.
    Admin,
}

impl Kind {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Session => ("__Host-authy_session", "authy_session"),
            Self::PreSession => ("__Host-authy_pre", "authy_pre"),
            Self::BrowserState => ("__Host-authy_opbs", "authy_opbs"),
            Self::Admin => ("__Host-authy_admin", "authy_admin"),
        }
    }

    /// Browsers take `None` only together with `Secure`.
    const fn same_site(self, https: bool) -> SameSite {
        match self {
            Self::BrowserState if https => SameSite::None,
            Self::Session | Self::PreSession | Self::BrowserState => SameSite::Lax,
            Self::Admin => SameSite::Strict,
        }
    }
}

/// The cookies of one issuer: with the `__Host-` prefix and `Secure` over https, plain on an http loopback issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    https: bool,
}

impl Cookies {
    /// For an issuer that browsers reach over https, or not.
    pub const fn new(https: bool) -> Self {
        Self { https }
    }

    /// The name on the wire.
    pub const fn name(self, kind: Kind) -> &'static str {
        let (secure, plain) = kind.names();
        if self.https { secure } else { plain }
    }

    /// A cookie to set; without `max_age` it ends with the browser.
    pub fn set(self, kind: Kind, value: &Secret<String>, max_age: Option<Duration>) -> Cookie<'static> {
        let mut cookie = self.plain(kind, value.expose().clone());
        if let Some(max_age) = max_age {
            cookie.set_max_age(time::Duration::seconds(i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX)));
        }
        cookie
    }

    /// A cookie that makes the browser forget.
    pub fn clear(self, kind: Kind) -> Cookie<'static> {
        let mut cookie = self.plain(kind, String::new());
        cookie.make_removal();
        cookie
    }

    fn plain(self, kind: Kind, value: String) -> Cookie<'static> {
        let hidden = kind != Kind::BrowserState;
        Cookie::build(self.name(kind), value).path("/").secure(self.https).http_only(hidden).same_site(kind.same_site(self.https)).finish()
    }

    /// The value a browser sent. Malformed cookies of others on the same host are passed over.
    pub fn read(self, kind: Kind, headers: &HeaderMap) -> Option<Secret<String>> {
        let name = self.name(kind);
        headers
            .get_all(header::COOKIE)
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| unquoted(value))
            .filter(|value| is_ours(value))
            .map(Secret::from)
    }
}

/// RFC 6265 §4.1.1: a cookie's value may come back between quotes; some clients put them there.
fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

/// Every value of ours is made of unreserved URL characters.
fn is_ours(value: &str) -> bool {
    (1..=MAX_VALUE).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_value_may_come_back_between_quotes() {
        let cookies = Cookies::new(false);
        let read = |line| cookies.read(Kind::Session, &sent(&[line])).map(|value| value.expose().clone());
        assert_eq!(read("$Version=\"1\"; authy_session=\"se_1\";$Path=\"/\"").as_deref(), Some("se_1"));
        assert_eq!(read("authy_session=\"se_1"), None);
    }

    fn sent(lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        lines.iter().for_each(|line| headers.append(header::COOKIE, HeaderValue::from_static(line)));
        headers
    }

    #[test]
    fn over_https_cookies_carry_the_host_prefix() {
        let cookie = Cookies::new(true).set(Kind::Session, &"se_abc".into(), None).to_string();
        assert_eq!(cookie, "__Host-authy_session=se_abc; HttpOnly; SameSite=Lax; Secure; Path=/");
        let admin = Cookies::new(true).set(Kind::Admin, &"sa_abc".into(), Some(Duration::from_secs(60))).to_string();
        assert_eq!(admin, "__Host-authy_admin=sa_abc; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=60");
    }

    #[test]
    fn scripts_and_frames_get_the_browser_state_alone() {
        let cookie = Cookies::new(true).set(Kind::BrowserState, &"x".into(), None).to_string();
        assert_eq!(cookie, "__Host-authy_opbs=x; SameSite=None; Secure; Path=/");
        assert_eq!(Cookies::new(false).set(Kind::BrowserState, &"x".into(), None).to_string(), "authy_opbs=x; SameSite=Lax; Path=/");
    }

    #[test]
    fn on_a_loopback_issuer_they_are_plain() {
        assert_eq!(
            Cookies::new(false).set(Kind::PreSession, &"pre_1".into(), None).to_string(),
            "authy_pre=pre_1; HttpOnly; SameSite=Lax; Path=/"
        );
    }

    #[test]
    fn a_cleared_cookie_keeps_its_attributes() {
        let cookie = Cookies::new(true).clear(Kind::Session).to_string();
        assert!(cookie.starts_with("__Host-authy_session=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0; Expires="), "{cookie}");
    }

    #[test]
    fn a_cookie_is_found_among_those_of_others() {
        let read = |lines: &[&'static str]| Cookies::new(false).read(Kind::Session, &sent(lines)).map(|value| value.expose().clone());
        assert_eq!(read(&["broken; =x; other=%%%; authy_session=se_1"]).as_deref(), Some("se_1"));
        assert_eq!(read(&["a=b", "authy_session=se_2"]).as_deref(), Some("se_2"));
        for lines in [&["__Host-authy_session=se_1"][..], &["authy_session="], &["xauthy_session=se"], &[]] {
            assert_eq!(read(lines), None, "{lines:?}");
        }
    }
}
