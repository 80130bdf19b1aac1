//! Where a request comes from. Only a proxy that the operator trusts may say something else than the connection does (RFC 7239 §8.1).

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// The address of the client: the peer's, or, when the peer is a trusted proxy, the last address in the chain that is not one.
///
/// When `X-Forwarded-For` and `Forwarded` disagree, one of them came from a stranger: then neither is believed.
pub fn find(peer: IpAddr, headers: &HeaderMap, is_trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        return peer;
    }
    let walked = |chain: Vec<Option<IpAddr>>| (!chain.is_empty()).then(|| walk(peer, chain, &is_trusted));
    match (walked(x_forwarded_for(headers)), walked(forwarded(headers))) {
        (Some(one), Some(other)) if one != other => peer,
        (one, other) => one.or(other).unwrap_or(peer),
    }
}

/// From the nearest proxy outwards, as long as the one who speaks is trusted.
fn walk(peer: IpAddr, chain: Vec<Option<IpAddr>>, is_trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut nearest = peer;
    for hop in chain.into_iter().rev() {
        match hop {
            Some(address) if is_trusted(address) => nearest = address,
            Some(address) => return address,
            None => return nearest,
        }
    }
    nearest
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    elements(headers, X_FORWARDED_FOR, parse_node)
}

/// RFC 7239 §4: `for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"`.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    elements(headers, FORWARDED, |element| {
        let pair =
            element.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        pair.and_then(|(_, node)| parse_node(node.trim().trim_matches('"')))
    })
}

fn elements(headers: &HeaderMap, name: HeaderName, parse: impl Fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    headers.get_all(name).flat_map(|line| line.to_str().unwrap_or_default().split(',').map(&parse).collect::<Vec<_>>()).collect()
}

/// RFC 7239 §6: an address, with a port or without.
fn parse_node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn seen(peer: &str, headers: &[(HeaderName, &'static str)]) -> String {
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| map.append(name.clone(), HeaderValue::from_static(value)));
        let trusted = |address: IpAddr| {
            matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10) || address == IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])
        };
        find(peer.parse().unwrap(), &map, trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(seen("192.0.2.1", &[(X_FORWARDED_FOR, "203.0.113.9"), (FORWARDED, "for=203.0.113.9")]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(seen("10.0.0.1", &[(X_FORWARDED_FOR, "203.0.113.9")]), "203.0.113.9");
        assert_eq!(seen("::ffff:10.0.0.1", &[(X_FORWARDED_FOR, "::ffff:203.0.113.9")]), "203.0.113.9");
        assert_eq!(seen("::1", &[(FORWARDED, "For=\"[2001:db8:cafe::17]:4711\";proto=https")]), "2001:db8:cafe::17");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_wrote_before_the_proxy_counts_for_nothing() {
        assert_eq!(seen("10.0.0.1", &[(X_FORWARDED_FOR, "198.51.100.1, 203.0.113.9, 10.0.0.2")]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &[(X_FORWARDED_FOR, "198.51.100.1"), (X_FORWARDED_FOR, "203.0.113.9:1234")]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &[(X_FORWARDED_FOR, "198.51.100.1, nonsense, 10.0.0.2")]), "10.0.0.2");
        assert_eq!(seen("10.0.0.1", &[(FORWARDED, "for=unknown")]), "10.0.0.1");
    }

    #[test]
    fn headers_that_contradict_each_other_are_not_believed() {
        assert_eq!(seen("10.0.0.1", &[(X_FORWARDED_FOR, "203.0.113.9"), (FORWARDED, "for=198.51.100.1")]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[(X_FORWARDED_FOR, "203.0.113.9"), (FORWARDED, "for=203.0.113.9")]), "203.0.113.9");
    }
}
