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

/// Every file of certificates that the settings name; that they hold some was asked before.
pub fn check(settings: &Settings, now: Timestamp, findings: &mut Findings) {
    let of_mtls = settings.mtls.tls.as_ref().filter(|tls| settings.tls.as_ref() != Some(*tls));
    for (setting, tls) in [("AUTHY_TLS__CERT", settings.tls.as_ref()), ("AUTHY_MTLS_CERT", of_mtls)] {
        if let Some(tls) = tls {
            // The first is the server's own: RFC 8446 §4.4.2.
            lasting(setting, ends(&tls.cert).first().copied(), now, findings);
        }
    }
    for (setting, file) in [
        ("AUTHY_MTLS_CA_FILE", &settings.mtls.ca_file),
        ("AUTHY_OUTBOUND__CA_FILE", &settings.outbound.ca_file),
        ("AUTHY_DATABASE__CA_FILE", &settings.database.ca_file),
    ] {
        if let Some(file) = file {
            // Of many authorities some are always old: as long as one lasts, somebody may be believed.
            lasting(setting, ends(file).into_iter().max(), now, findings);
        }
    }
    proxies(&settings.trusted_proxies, findings);
}

/// When the certificates of a file end, in their order; those that cannot be read are left out.
fn ends(path: &Path) -> Vec<Timestamp> {
    let certificates = CertificateDer::pem_file_iter(path).into_iter().flatten();
    certificates.filter_map(|der| certificate::ends(&der.ok()?)).collect()
}

fn lasting(setting: &str, end: Option<Timestamp>, now: Timestamp, findings: &mut Findings) {
    let Some(end) = end else {
        return findings.error(format!("{setting}: no certificate in this file can be read."), "Name a PEM file of X.509 certificates.");
    };
    let (day, mend) = (end.for_people(), "Renew it in time.");
    if end <= now {
        findings.error(format!("{setting}: what is in this file ended on {day}."), mend);
    } else if end.since(now) < SOON {
        findings.warn(format!("{setting}: what is in this file ends on {day}."), mend);
    } else {
        findings.ok(format!("{setting}: what is in this file lasts until {day}."));
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
            lasting("AUTHY_TLS__CERT", Some(Timestamp::from_seconds(end)), now, &mut findings);
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
