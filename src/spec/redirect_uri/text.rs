//! A URI taken apart as text: RFC 3986 §3. Nothing is decoded or normalised.

/// The parts of a URI.
pub(super) struct Parts<'a> {
    pub scheme: &'a str,
    pub authority: Option<&'a str>,
    pub path: &'a str,
    pub fragment: bool,
}

/// Takes an absolute URI apart; `None` without a scheme (RFC 3986 §3.1).
pub(super) fn split(uri: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = uri.split_once(':')?;
    let begins_well = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    if !begins_well || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
        return None;
    }
    let (rest, fragment) = rest.split_once('#').map_or((rest, false), |(before, _)| (before, true));
    let hierarchy = rest.split('?').next().unwrap_or_default();
    let (authority, path) = match hierarchy.strip_prefix("//") {
        Some(after) => {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, path) = after.split_at_checked(end)?;
            (Some(authority), path)
        }
        None => (None, hierarchy),
    };
    Some(Parts { scheme, authority, path, fragment })
}

/// RFC 3986 §3.2: an authority without user information, as its host and port. `None` when either is malformed.
pub(super) fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port = match port {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let valid = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')),
    };
    valid.then_some((host, port))
}

/// Whether a path has `.` or `..` segments, plain or percent-encoded: browsers resolve them, so the text would not be where people arrive.
pub(super) fn has_dot_segments(path: &str) -> bool {
    let decoded = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    decoded.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | "..")))
}
