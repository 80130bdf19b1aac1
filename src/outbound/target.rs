//! Which URLs may be asked, and how far each reaches. A URL is read once, and what was read is what is connected to: a spelling that two
//! parsers could read differently is refused.

use std::net::IpAddr;

use url::{Host, Url};

use super::{OutboundError, Registrant, address};

/// A URL longer than this is not looked at, in bytes.
const MAX_LENGTH: usize = 2_048;

/// Ports above 1023 on which something listens that must not be talked to in HTTP: databases, caches, brokers, container and cluster
/// control, remote desktops, chat.
const DANGEROUS_PORTS: &[u16] = &[
    1080, 1433, 1434, 1521, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3128, 3260, 3306, 3389, 3659, 4045, 4190, 4369, 4444, 5060,
    5061, 5432, 5433, 5555, 5671, 5672, 5900, 5901, 5984, 5985, 5986, 6000, 6379, 6380, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6697,
    7000, 7001, 8086, 8500, 8600, 9042, 9050, 9092, 9200, 9300, 10250, 10255, 11211, 11300, 15672, 16379, 26379, 27017, 27018, 28017,
];

/// What the operator allows.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// `AUTHY_OUTBOUND__ALLOW_HOSTS_FOR_ADMINISTRATORS`.
    pub allow_hosts_for_administrators: Vec<String>,
    /// `AUTHY_OUTBOUND__ALLOW_HOSTS`.
    pub allow_hosts: Vec<String>,
    /// The issuer is on loopback: a trial on one machine.
    pub issuer_is_loopback: bool,
}

/// Which addresses a host may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public ones.
    Public,
    /// Any: the operator listed the host.
    Listed,
    /// This machine's alone: an administrator's trial.
    Loopback,
}

impl Reach {
    /// Whether it may be connected to.
    pub fn permits(self, address: IpAddr) -> bool {
        match self {
            Self::Public => address::is_public(address),
            Self::Listed => true,
            Self::Loopback => address.to_canonical().is_loopback(),
        }
    }
}

/// A URL that may be asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// As it is asked.
    pub url: Url,
    /// Which addresses its host may have.
    pub reach: Reach,
}

impl Target {
    /// Host and port, for the log and for taking turns.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or_default(), self.url.port_or_known_default().unwrap_or_default())
    }

    /// Checks a URL.
    ///
    /// # Errors
    /// [`OutboundError::Refused`] with the rule that it breaks, [`OutboundError::Address`] for an address that is not public.
    pub fn check(text: &str, registrant: Registrant, rules: &Rules) -> Result<Self, OutboundError> {
        let refused = |why| Err(OutboundError::Refused(why));
        if text.len() > MAX_LENGTH {
            return refused("it is too long");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('\\') {
            return refused("it contains characters that do not belong in a URL");
        }
        let Ok(url) = Url::parse(text) else { return refused("it is not an absolute URL") };
        let Some(host) = url.host() else { return refused("it has no host") };
        if !url.username().is_empty() || url.password().is_some() || url.authority().contains('@') {
            return refused("it names a user");
        }
        if url.fragment().is_some() {
            return refused("it has a fragment");
        }
        if host_as_written(text).is_none_or(|written| !written.eq_ignore_ascii_case(url.host_str().unwrap_or_default())) {
            return refused("its host is not written in its normal form");
        }
        if !url.port_or_known_default().is_some_and(is_harmless) {
            return refused("its port is not one for web servers");
        }
        let reach = reach(&host, registrant, rules);
        match url.scheme() {
            "https" => {}
            "http" if reach == Reach::Loopback => {}
            _ => return refused("it is not https"),
        }
        match host {
            Host::Ipv4(address) if !reach.permits(address.into()) => Err(OutboundError::Address),
            Host::Ipv6(address) if !reach.permits(address.into()) => Err(OutboundError::Address),
            Host::Domain(name) if is_local_name(name) && reach == Reach::Public => Err(OutboundError::Address),
            _ => Ok(Self { url, reach }),
        }
    }
}

/// Loopback before the list: what is named in both ways is this machine in either.
fn reach(host: &Host<&str>, registrant: Registrant, rules: &Rules) -> Reach {
    let loopback = match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if loopback && rules.issuer_is_loopback && registrant == Registrant::Administrator {
        return Reach::Loopback;
    }
    let name = host.to_string();
    // RFC 7591 §5: what an operator opened for an application of their own is no address for strangers to write down.
    let listed = rules.allow_hosts.contains(&name)
        || registrant == Registrant::Administrator && rules.allow_hosts_for_administrators.contains(&name);
    if listed { Reach::Listed } else { Reach::Public }
}

/// RFC 6761 §6.3; names without a dot are this network's.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost") || !name.contains('.')
}

/// What stands between `://` and the port.
fn host_as_written(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.ends_with(']') {
        return Some(authority);
    }
    Some(authority.rsplit_once(':').map_or(authority, |(host, _)| host))
}

fn is_harmless(port: u16) -> bool {
    matches!(port, 80 | 443) || (port >= 1024 && !DANGEROUS_PORTS.contains(&port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Target, OutboundError> {
        Target::check(text, Registrant::Administrator, &Rules::default())
    }

    fn trial() -> Rules {
        Rules { issuer_is_loopback: true, ..Rules::default() }
    }

    #[test]
    fn an_ordinary_https_url_may_be_asked() {
        for text in [
            "https://rp.example/jwks",
            "https://rp.example:8443/jwks?a=b",
            "https://RP.example/",
            "https://8.8.8.8/",
            "https://[2606:4700::1]/",
        ] {
            assert_eq!(check(text).unwrap().reach, Reach::Public, "{text}");
        }
        assert_eq!(check("https://rp.example/jwks").unwrap().authority(), "rp.example:443");
    }

    #[test]
    fn whatever_two_parsers_could_read_differently_is_refused() {
        for text in [
            "http://rp.example/",
            "file:///etc/passwd",
            "gopher://rp.example/",
            "ftp://rp.example/",
            "javascript:alert(1)",
            "//rp.example/",
            "",
            "https://ada@rp.example/",
            "https://ada:pw@rp.example/",
            "https://@rp.example/",
            "https://rp.example#f",
            "https:rp.example",
            "https://rp.example\\@10.0.0.1/",
            "https://rp.example/\t",
            "https://rp.example /",
            "https://rp.exämple/",
            "https://%72p.example/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://010.8.8.8/",
            "https://[0:0:0:0:0:0:0:1]/",
            "https:///rp.example/",
            "https:/rp.example/",
        ] {
            assert!(matches!(check(text), Err(OutboundError::Refused(_))), "{text} {:?}", check(text).is_ok());
        }
    }

    #[test]
    fn an_address_that_is_not_public_is_refused_in_every_spelling() {
        for text in [
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://0.0.0.0/",
            "https://169.254.169.254/latest/",
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://192.168.0.1/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://100.64.0.1/",
            "https://localhost/",
            "https://localhost./",
            "https://a.localhost/",
            "https://intranet/",
        ] {
            for registrant in [Registrant::Administrator, Registrant::Anybody] {
                assert_eq!(Target::check(text, registrant, &Rules::default()).err(), Some(OutboundError::Address), "{text}");
            }
        }
    }

    #[test]
    fn ports_of_other_services_are_refused() {
        for port in [1, 22, 25, 53, 442, 1023, 2375, 3306, 5432, 6379, 9200, 11211, 27017] {
            assert!(check(&format!("https://rp.example:{port}/")).is_err(), "{port}");
        }
        for port in [80, 443, 1024, 3000, 8080, 8443, 9443, 60000] {
            assert!(check(&format!("https://rp.example:{port}/")).is_ok(), "{port}");
        }
    }

    #[test]
    fn this_machine_is_reached_only_in_a_trial_and_by_an_administrators_word() {
        for text in ["http://127.0.0.1:8080/", "http://localhost:3000/jwks", "https://[::1]:3000/"] {
            assert_eq!(Target::check(text, Registrant::Administrator, &trial()).unwrap().reach, Reach::Loopback, "{text}");
            assert!(Target::check(text, Registrant::Anybody, &trial()).is_err(), "{text}");
            assert!(check(text).is_err(), "{text}");
        }
        for text in ["http://rp.example/", "http://10.0.0.1/", "http://127.0.0.1:6379/", "http://a.localhost/"] {
            assert!(Target::check(text, Registrant::Administrator, &trial()).is_err(), "{text}");
        }
        assert!(Reach::Loopback.permits([127, 0, 0, 1].into()) && !Reach::Loopback.permits([10, 0, 0, 1].into()));
    }

    #[test]
    fn a_listed_host_may_have_any_address_but_needs_https() {
        let listed = || vec!["idp.internal".into(), "10.1.2.3".into(), "localhost".into()];
        let of_administrators = Rules { allow_hosts_for_administrators: listed(), ..Rules::default() };
        let of_anybody = Rules { allow_hosts: listed(), ..Rules::default() };
        let reach = |text, registrant, rules| Target::check(text, registrant, rules).map(|target| target.reach);
        for text in ["https://idp.internal/", "https://10.1.2.3:8443/", "https://localhost:8443/"] {
            assert_eq!(reach(text, Registrant::Administrator, &of_administrators), Ok(Reach::Listed), "{text}");
            assert_ne!(reach(text, Registrant::Anybody, &of_administrators), Ok(Reach::Listed), "{text}");
            for registrant in [Registrant::Administrator, Registrant::Anybody] {
                assert_eq!(reach(text, registrant, &of_anybody), Ok(Reach::Listed), "{text}");
            }
        }
        for text in ["http://idp.internal/", "https://x.idp.internal.", "https://10.1.2.4/", "https://idp.internal:6379/"] {
            assert_ne!(reach(text, Registrant::Anybody, &of_anybody), Ok(Reach::Listed), "{text}");
            assert_ne!(reach(text, Registrant::Administrator, &of_administrators), Ok(Reach::Listed), "{text}");
        }
    }
}
