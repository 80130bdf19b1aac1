//! Cookies of one origin, in memory: RFC 6265 §5.

use actix_web::cookie::Cookie;

use crate::clock::Timestamp;

/// A kept cookie.
#[derive(Debug)]
struct Kept {
    name: String,
    value: String,
    path: String,
    expires: Option<Timestamp>,
}

/// The cookies that one origin has set. They are sent to no other, whatever their Domain attribute says.
#[derive(Debug, Default)]
pub struct Jar(Vec<Kept>);

impl Jar {
    /// RFC 6265 §5.3: stores a cookie that came from `path`, replaces the one of the same name and path, or deletes it.
    pub fn keep(&mut self, header: &str, path: &str, now: Timestamp) {
        let Ok(cookie) = Cookie::parse(header) else { return };
        let own = cookie.path().filter(|path| path.starts_with('/'));
        let path = own.map_or_else(|| default_path(path).to_owned(), str::to_owned);
        self.0.retain(|kept| kept.name != cookie.name() || kept.path != path);
        // §5.3 step 3: Max-Age wins over Expires.
        let expires = match (cookie.max_age(), cookie.expires_datetime()) {
            (Some(age), _) => Some(Timestamp::from_seconds(now.as_seconds().saturating_add(age.whole_seconds()))),
            (None, Some(date)) => Some(Timestamp::from_seconds(date.unix_timestamp())),
            (None, None) => None,
        };
        if expires.is_none_or(|expires| expires > now) {
            self.0.push(Kept { name: cookie.name().to_owned(), value: cookie.value().to_owned(), path, expires });
        }
    }

    /// RFC 6265 §5.4: the Cookie header of a request for `path`; longer paths come first.
    pub fn cookies_for(&self, path: &str, now: Timestamp) -> Option<String> {
        let live = |kept: &&Kept| kept.expires.is_none_or(|expires| expires > now) && covers(&kept.path, path);
        let mut fitting: Vec<&Kept> = self.0.iter().filter(live).collect();
        fitting.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs: Vec<String> = fitting.iter().map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        if pairs.is_empty() { None } else { Some(pairs.join("; ")) }
    }
}

/// RFC 6265 §5.1.4: the folder of the path.
fn default_path(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "/",
    }
}

/// RFC 6265 §5.1.4: "path-match".
fn covers(cookie: &str, path: &str) -> bool {
    path.strip_prefix(cookie).is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn cookies_are_replaced_deleted_and_expire() {
        let mut jar = Jar::default();
        jar.keep("authy_pre=one; Path=/; HttpOnly; SameSite=Lax", "/login", NOW);
        jar.keep("authy_pre=two; Path=/", "/login", NOW);
        jar.keep("authy_session=s; Path=/; Max-Age=60", "/login", NOW);
        assert_eq!(jar.cookies_for("/consent", NOW).as_deref(), Some("authy_pre=two; authy_session=s"));
        assert_eq!(jar.cookies_for("/", Timestamp::from_seconds(1_800_000_060)).as_deref(), Some("authy_pre=two"));
        jar.keep("authy_pre=; Path=/; Max-Age=0", "/login", NOW);
        jar.keep("authy_session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/login", NOW);
        assert_eq!(jar.cookies_for("/", NOW), None);
    }

    #[test]
    fn a_cookie_goes_only_to_its_path() {
        let mut jar = Jar::default();
        jar.keep("a=1; Path=/auth", "/", NOW);
        jar.keep("b=2", "/auth/login/form", NOW);
        assert_eq!(jar.cookies_for("/auth/login/other", NOW).as_deref(), Some("b=2; a=1"));
        assert_eq!(jar.cookies_for("/auth", NOW).as_deref(), Some("a=1"));
        assert_eq!(jar.cookies_for("/authority", NOW), None);
    }
}
