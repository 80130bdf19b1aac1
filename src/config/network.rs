//! Addresses and networks of trusted proxies.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::problem::Fault;

/// A network: every address that shares the first `prefix` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// `10.0.0.0/8`, `fd00::/8`, or one address.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let parsed = address.parse::<IpAddr>().ok().and_then(|address| {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let prefix = prefix.map_or(Some(most), |prefix| prefix.parse::<u8>().ok().filter(|prefix| *prefix <= most))?;
            Some(Self { address, prefix })
        });
        parsed.ok_or_else(|| {
            Fault::not(text, "an address or a network", "Write addresses or networks with commas between them: 10.0.0.0/8, 192.0.2.7, ::1.")
        })
    }

    /// Whether the address is in the network. An IPv4 address that arrives mapped into IPv6 counts as what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (network, address) = (self.address.to_canonical(), address.to_canonical());
        if network.is_ipv4() != address.is_ipv4() {
            return false;
        }
        // A mapped network such as ::ffff:10.0.0.0/104 has lost its 96 leading bits.
        let lost = if self.address.is_ipv6() && network.is_ipv4() { 96 } else { 0 };
        let width = if network.is_ipv4() { 32 } else { 128 };
        let prefix = u32::from(self.prefix.saturating_sub(lost));
        let shift = (width - prefix.min(width)) + (128 - width);
        let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
        (bits(network) ^ bits(address)) & mask == 0
    }
}

/// The address in the upper bits.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(Ipv6Addr::from(address.octets())),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_other() {
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.6"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("::/0", "2001:db8::1") && !holds("::1", "::2"));
        assert!(holds("10.1.2.3/8", "10.9.9.9"));
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_address_that_it_maps() {
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1") && !holds("10.0.0.0/8", "::ffff:11.1.1.1"));
        assert!(holds("::ffff:10.0.0.0/104", "10.1.1.1") && !holds("::ffff:10.0.0.0/104", "11.1.1.1"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "proxy.example", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(Network::parse(text).is_err(), "{text}");
        }
    }
}
