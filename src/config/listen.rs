//! Addresses to listen on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::problem::Fault;
use super::reader::Reader;
use super::registry::env_name;

const MEND: &str = "Write an address and a port: 127.0.0.1:8080, [::1]:8080, localhost:8080, or 0.0.0.0:8080 for every IPv4 address.";

/// At least one address.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<SocketAddr> {
    let (addresses, is_empty) = reader.all_or_empty("listen", parse);
    if is_empty {
        reader.wrong("listen", Fault::new("It is set but empty.", MEND));
    }
    addresses.into_iter().flatten().collect()
}

/// `host:port` with an IP address or `localhost`, which stands for 127.0.0.1 and `[::1]`.
pub fn parse(text: &str) -> Result<Vec<SocketAddr>, Fault> {
    if let Ok(address) = text.parse() {
        return Ok(vec![address]);
    }
    let port = text.strip_prefix("localhost:").and_then(|port| port.parse::<u16>().ok());
    match port {
        Some(port) => Ok([IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(|ip| SocketAddr::new(ip, port)).into()),
        None => Err(Fault::not(text, "an address to listen on", MEND)),
    }
}

/// One address, or `off`.
pub fn management(text: &str) -> Result<Option<SocketAddr>, Fault> {
    if text == "off" {
        return Ok(None);
    }
    match parse(text) {
        Ok(addresses) => Ok(addresses.first().copied()),
        Err(_) => Err(Fault::not(text, "an address to listen on", format!("{MEND} Write off for none."))),
    }
}

/// Each address once: of two listeners at one address the second cannot start.
pub(super) fn apart(reader: &mut Reader<'_>, listeners: [(&'static str, &[SocketAddr]); 3]) {
    let all: Vec<_> = listeners.into_iter().flat_map(|(key, addresses)| addresses.iter().map(move |address| (key, *address))).collect();
    for (at, (key, address)) in all.iter().enumerate() {
        if let Some((other, theirs)) = all.iter().take(at).find(|(_, before)| overlap(*address, *before)) {
            let problem = format!("{address} is taken by {} ({theirs}).", env_name(other));
            reader.wrong(key, Fault::new(problem, "Give each listener an address and port of its own."));
        }
    }
}

/// Port 0 is another one each time. An address that stands for all of its family takes the port of each of them.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let same_ip = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && one.is_ipv4() == other.is_ipv4() && same_ip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_listeners_overlap_on_one_port_of_one_family() {
        let collide = |one: &str, other: &str| overlap(one.parse().unwrap(), other.parse().unwrap());
        assert!(collide("127.0.0.1:80", "127.0.0.1:80") && collide("0.0.0.0:80", "127.0.0.1:80") && collide("[::1]:80", "[::]:80"));
        for (one, other) in [("127.0.0.1:0", "127.0.0.1:0"), ("127.0.0.1:80", "127.0.0.1:81"), ("127.0.0.1:80", "127.0.0.2:80")] {
            assert!(!collide(one, other), "{one} {other}");
        }
        assert!(!collide("0.0.0.0:80", "[::]:80"), "those of IPv6 take no IPv4");
    }

    #[test]
    fn localhost_is_both_loopback_addresses_and_a_bare_host_is_no_address() {
        assert_eq!(parse("localhost:0").unwrap(), ["127.0.0.1:0".parse().unwrap(), "[::1]:0".parse().unwrap()]);
        assert_eq!(parse("0.0.0.0:80").unwrap().len(), 1);
        for text in ["8080", "127.0.0.1", "::1:8080", "localhost", "id.example.com:8080", "127.0.0.1:65536", ":8080", "127.0.0.1:"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(management("off"), Ok(None));
    }
}
