//! Which addresses are public: the IANA special-purpose registries (RFC 6890) turned round. What is not known to be global is not.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks of IPv4 that are not the public internet, as (network, prefix length).
const SPECIAL_IPV4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),       // this network: RFC 791 §3.2
    ([10, 0, 0, 0], 8),      // private: RFC 1918
    ([100, 64, 0, 0], 10),   // carrier-grade NAT: RFC 6598
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, and the metadata services of clouds: RFC 3927
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocol assignments: RFC 6890
    ([192, 0, 2, 0], 24),    // documentation: RFC 5737
    ([192, 88, 99, 0], 24),  // 6to4 relays: RFC 7526
    ([192, 168, 0, 0], 16),  // private
    ([198, 18, 0, 0], 15),   // benchmarks: RFC 2544
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 3),     // multicast, reserved, broadcast
];

/// Networks inside 2000::/3, the global unicast space of IPv6, that are something else.
const SPECIAL_IPV6: &[([u16; 2], u32)] = &[
    ([0x2001, 0x0000], 23), // protocol assignments, Teredo and benchmarks among them: RFC 2928
    ([0x2001, 0x0db8], 32), // documentation: RFC 3849
    ([0x2002, 0x0000], 16), // 6to4, which carries an IPv4 address: RFC 3056
    ([0x3fff, 0x0000], 20), // documentation: RFC 9637
];

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = u32::from(address);
    !SPECIAL_IPV4.iter().any(|(network, prefix)| (bits ^ u32::from_be_bytes(*network)) >> (32 - prefix) == 0)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // RFC 6052 §2.1: behind NAT64 the last four bytes are the IPv4 address that is connected to.
    if let [0x0064, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() {
        return is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    }
    let bits = u32::from(first) << 16 | u32::from(second);
    let special = |([high, low], prefix): &([u16; 2], u32)| (bits ^ (u32::from(*high) << 16 | u32::from(*low))) >> (32 - prefix) == 0;
    first >> 13 == 1 && !SPECIAL_IPV6.iter().any(special)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn what_is_on_the_internet_is_public() {
        for text in ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255"] {
            assert!(public(text), "{text}");
        }
        for text in ["2606:4700:4700::1111", "2a00:1450::1", "2001:200::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "3ffe::1"] {
            assert!(public(text), "{text}");
        }
    }

    #[test]
    fn what_is_inside_is_not() {
        for text in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!public(text), "{text}");
            assert!(!public(&format!("::ffff:{text}")), "{text} mapped");
            assert!(!public(&format!("64:ff9b::{text}")), "{text} behind NAT64");
        }
        for text in [
            "::",
            "::1",
            "::127.0.0.1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "64:ff9b:1::1",
            "5f00::1",
            "4000::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }
}
