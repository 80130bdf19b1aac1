//! How long the certificates last that authy serves with or believes (RFC 5280 §4.1.2.5), and whom it believes about addresses.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::finding::Findings;
use crate::client_auth::certificate;
use crate::clock::Timestamp;
use crate::config::{Network, Settings};

/// Time enough to renew a certificate.
const SOON: Duration = Duration::from_secs(21 * 86_400);
/// Addresses that nobody's proxy has: one for each family (RFC 5737 §3, RFC 3849).
const STRANGERS: [IpAddr; 2] =
    [IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];

/// Every file of certificates that the settings name; that they can be read was asked before.
pub fn check(settings: &Settings, now: Timestamp, findings: &mut Findings) {
    let files = [
        ("AUTHY_TLS__CERT", settings.tls.as_ref().map(|tls| &tls.cert)),
        ("AUTHY_MTLS_CERT", settings.mtls.tls.as_ref().filter(|tls| settings.tls.as_ref() != Some(*tls)).map(|tls| &tls.cert)),
        ("AUTHY_MTLS_CA_FILE", settings.mtls.ca_file.as_ref()),
        ("AUTHY_OUTBOUND__CA_FILE", settings.outbound.ca_file.as_ref()),
        ("AUTHY_DATABASE__CA_FILE", settings.database.ca_file.as_ref()),
    ];
    for (setting, path) in files.into_iter().filter_map(|(setting, path)| Some((setting, path?))) {
        match ends(path) {
            Some(end) => lasting(setting, end, now, findings),
            None => findings.error(format!("{setting}: its certificates cannot be read."), "Name a PEM file of X.509 certificates."),
        }
    }
    proxies(&settings.trusted_proxies, findings);
}

/// When the first of them ends.
fn ends(path: &Path) -> Option<Timestamp> {
    let certificates = CertificateDer::pem_file_iter(path).ok()?;
    let ends: Option<Vec<Timestamp>> = certificates.map(|der| certificate::ends(&der.ok()?)).collect();
    ends?.into_iter().min()
}

fn lasting(setting: &str, end: Timestamp, now: Timestamp, findings: &mut Findings) {
    let (day, mend) = (end.for_people(), "Renew it; the server takes a new one from the same files without a restart.");
    if end <= now {
        findings.error(format!("{setting}: a certificate in this file ended on {day}."), mend);
    } else if end.since(now) < SOON {
        findings.warn(format!("{setting}: a certificate in this file ends on {day}."), mend);
    } else {
        findings.ok(format!("{setting}: the certificates in this file last until {day}."));
    }
}

/// Whoever is trusted writes the addresses that are throttled and logged, and the certificates of clients (RFC 9440 §4).
fn proxies(trusted: &[Network], findings: &mut Findings) {
    for network in trusted.iter().filter(|network| STRANGERS.iter().any(|address| network.contains(*address))) {
        findings.warn(
            format!("AUTHY_TRUSTED_PROXIES has {network}, so strangers can write their own address and client certificate."),
            "Name the addresses of your proxies only.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_certificate_is_renewed_before_it_ends() {
        let now = Timestamp::from_seconds(1_000_000);
        let level = |end: i64| {
            let mut findings = Findings::default();
            lasting("AUTHY_TLS__CERT", Timestamp::from_seconds(end), now, &mut findings);
            [Level::Ok, Level::Warning, Level::Error].into_iter().find(|level| findings.count(*level) == 1).unwrap()
        };
        assert_eq!(level(1_000_000), Level::Error);
        assert_eq!(level(1_000_000 + 86_400), Level::Warning);
        assert_eq!(level(1_000_000 + 30 * 86_400), Level::Ok);
    }

    #[test]
    fn nobody_trusts_the_whole_internet() {
        let warnings = |networks: &[&str]| {
            let networks: Vec<Network> = networks.iter().map(|text| Network::parse(text).unwrap()).collect();
            let mut findings = Findings::default();
            proxies(&networks, &mut findings);
            findings.count(Level::Warning)
        };
        assert_eq!(warnings(&["10.0.0.0/8", "192.168.0.0/16", "::1", "fd00::/8"]), 0);
        assert_eq!(warnings(&["0.0.0.0/0", "::/0"]), 2);
    }
}
