//! Where to go after signing in when no application asked: only to our own pages. Pure.

/// The pages a person may be sent to.
const PAGES: &[&str] = &["/account", "/admin", "/device"];

/// Where people go when nothing else is asked.
pub const DEFAULT: &str = "/account";

/// The path if it is one of our own pages, else the person's account.
pub fn check(path: Option<&str>) -> &str {
    path.filter(|path| is_own_page(path)).unwrap_or(DEFAULT)
}

fn is_own_page(target: &str) -> bool {
    let plain =
        target.len() <= 512 && target.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'"' | b'<' | b'>'));
    let path = target.split('?').next().unwrap_or_default();
    let straight = !path.contains("/.") && !path.contains("//") && !path.contains('%');
    plain && straight && PAGES.iter().any(|page| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_pages_are_returned_to() {
        for path in ["/account", "/account/security", "/admin/clients?search=a%20b&after=b", "/admin", "/device?user_code=WDJB-MJHT"] {
            assert_eq!(check(Some(path)), path);
        }
    }

    #[test]
    fn nothing_else_is() {
        for path in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/account\\..\\x",
            "/account/../oauth2/logout",
            "/accounts",
            "/admin.evil",
            "/account//evil",
            "/login",
            "/logout",
            "",
            "account",
            "/account\r\nSet-Cookie: a=b",
            "/account/%2e%2e/x",
            "javascript:alert(1)",
        ] {
            assert_eq!(check(Some(path)), DEFAULT, "{path:?}");
        }
        assert_eq!(check(None), DEFAULT);
    }
}
