//! Clients: weaker settings than the default, certificates that can never arrive (RFC 8705), addresses that are never called. Pure.

use std::time::Duration;

use super::finding::Findings;
use crate::admin::clients::weakness;
use crate::clock::Timestamp;
use crate::config::Settings;
use crate::model::client::{AuthMethod, Client};
use crate::model::resource::Resource;
use crate::outbound::{Outbound, Registrant};
use crate::spec::client_metadata::{called, weakening};

/// Looks at each.
pub fn check(clients: &[Client], (settings, outbound): (&Settings, &dyn Outbound), now: Timestamp, findings: &mut Findings) {
    if clients.iter().all(|client| weakness::of(client).is_empty()) {
        findings.ok("No client has weakened settings.");
    }
    for client in clients {
        weaknesses(client, now, findings);
    }
    for client in clients.iter().filter(|client| client.enabled) {
        certificates(client, settings, findings);
        addresses(client, outbound, findings);
    }
}

/// Clients whose settings are weaker than they could be.
fn weaknesses(client: &Client, now: Timestamp, findings: &mut Findings) {
    for weakness in weakness::of(client) {
        let what = named(client, format!("{} {}", weakness.what, weakness.word(now)));
        match weakness.has_ended(now) {
            true => findings.error(what, format!("{} Or allow it anew: `authy client update … --allowed-until DATE`.", weakness.mend)),
            false => findings.warn(what, weakness.mend),
        }
    }
}

/// Access tokens that live for more than an hour whatever their client says: those of a resource, and those of everybody.
pub fn lifetimes(resources: &[Resource], settings: &Settings, findings: &mut Findings) {
    let hour = Duration::from_secs(weakening::LONG_ACCESS_TOKEN);
    for resource in resources.iter().filter(|resource| resource.access_token_lifetime.is_some_and(|seconds| seconds > hour.as_secs())) {
        findings.warn(
            format!(
                "{} ({}): access tokens for it live for more than an hour, so a stolen one works for long.",
                resource.name, resource.uri
            ),
            "Shorten it by `authy resource update … --access-token-lifetime`, and let applications refresh.",
        );
    }
    if settings.lifetimes.access_token > hour {
        findings.warn(
            "Access tokens live for more than an hour unless their client or resource says otherwise.",
            "Shorten AUTHY_LIFETIMES__ACCESS_TOKEN, and let applications refresh.",
        );
    }
}

/// RFC 8705 §2.1 and §3: a certificate needs a way to the server, and an authority where one must vouch for it.
fn certificates(client: &Client, settings: &Settings, findings: &mut Findings) {
    let by_authority = client.metadata.auth_method == Some(AuthMethod::TlsClientAuth);
    let bound = client.metadata.protocol.tls_client_certificate_bound_access_tokens;
    if by_authority && settings.mtls.ca_file.is_none() {
        findings.warn(
            named(client, "it proves itself by tls_client_auth, but no authority vouches for certificates, so it is always refused."),
            "Set AUTHY_MTLS_CA_FILE to the authorities of client certificates.",
        );
    }
    if !by_authority && !bound && client.metadata.auth_method != Some(AuthMethod::SelfSignedTlsClientAuth) {
        return;
    }
    let mtls = &settings.mtls;
    if mtls.listen.is_empty() && settings.trusted_proxies.is_empty() {
        findings.warn(
            named(client, "it needs a client certificate, but none can reach authy: there is no listener for them and no trusted proxy."),
            "Set AUTHY_MTLS_LISTEN; or AUTHY_TRUSTED_PROXIES to a proxy that sends Client-Cert (RFC 9440), with AUTHY_MTLS_BASE.",
        );
    } else if mtls.listen.is_empty() && mtls.base.is_none() {
        findings.warn(
            named(client, "it needs a client certificate, but discovery does not say where to bring one."),
            "Set AUTHY_MTLS_BASE to the URL at which the proxy asks for certificates.",
        );
    }
}

/// RFC 7591 §5: what was registered under other settings may be out of reach now.
fn addresses(client: &Client, outbound: &dyn Outbound, findings: &mut Findings) {
    let registrant = Registrant::of(client);
    let mend = match registrant {
        Registrant::Administrator => "Register another address, or name its host in AUTHY_OUTBOUND__ALLOW_HOSTS_FOR_ADMINISTRATORS.",
        Registrant::Anybody => {
            "It registered itself: register it yourself, or name the host in AUTHY_OUTBOUND__ALLOW_HOSTS, which opens it to every such application."
        }
    };
    for (field, why) in outbound.out_of_reach(called::addresses(&client.metadata.protocol), registrant) {
        findings.warn(named(client, format!("authy does not connect to its {field}: {why}.")), mend);
    }
}

fn named(client: &Client, what: impl std::fmt::Display) -> String {
    format!("{} ({}): {what}", client.name, client.client_id)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use crate::model::client::ClientOrigin;
    use crate::outbound::Guarded;
    use crate::spec::issuer::Issuer;
    use crate::spec::testing::client;

    fn found(adjust: impl FnOnce(&mut Client, &mut Settings)) -> Vec<String> {
        let (mut client, mut settings) = (client(), Settings::for_tests());
        client.metadata.require_pkce = true;
        client.metadata.refresh_rotation = true;
        adjust(&mut client, &mut settings);
        let outbound = Guarded::new(&settings.outbound, &Issuer::parse("https://id.example").unwrap()).unwrap();
        let mut findings = Findings::default();
        check(&[client], (&settings, &outbound), Timestamp::from_seconds(1), &mut findings);
        assert_eq!(findings.count(Level::Error), 0);
        let json = findings.json();
        let warnings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "warning");
        warnings.map(|finding| format!("{} {}", finding["what"], finding["mend"])).collect()
    }

    #[test]
    fn a_client_of_an_authority_needs_one_and_a_way_for_its_certificate() {
        let by_authority = |client: &mut Client| client.metadata.auth_method = Some(AuthMethod::TlsClientAuth);
        let warnings = found(|client, _| by_authority(client));
        assert!(warnings.len() == 2 && warnings[0].contains("AUTHY_MTLS_CA_FILE") && warnings[1].contains("AUTHY_MTLS_LISTEN"));
        let warnings = found(|client, settings| {
            by_authority(client);
            settings.mtls.ca_file = Some("ca.pem".into());
            settings.trusted_proxies = vec![crate::config::Network::parse("192.0.2.1").unwrap()];
        });
        assert!(warnings.len() == 1 && warnings[0].contains("AUTHY_MTLS_BASE"), "{warnings:?}");
        let in_order = found(|client, settings| {
            by_authority(client);
            settings.mtls.ca_file = Some("ca.pem".into());
            settings.mtls.listen = vec!["127.0.0.1:0".parse().unwrap()];
        });
        assert_eq!(in_order, [""; 0]);
    }

    #[test]
    fn bound_tokens_need_a_way_for_certificates_too() {
        let warnings = found(|client, _| client.metadata.protocol.tls_client_certificate_bound_access_tokens = true);
        assert_eq!(warnings.len(), 1);
        assert_eq!(found(|client, _| (client.enabled, client.metadata.auth_method) = (false, Some(AuthMethod::TlsClientAuth))), [""; 0]);
        assert_eq!(found(|_, _| ()), [""; 0]);
    }

    #[test]
    fn an_address_out_of_reach_is_named_until_its_host_is_listed() {
        let inside = |client: &mut Client| client.metadata.protocol.jwks_uri = Some("https://10.0.0.1/jwks".to_owned());
        let warnings = found(|client, _| inside(client));
        assert!(warnings.len() == 1 && warnings[0].contains("jwks_uri"), "{warnings:?}");
        let listed = found(|client, settings| {
            inside(client);
            settings.outbound.allow_hosts_for_administrators = vec!["10.0.0.1".to_owned()];
        });
        assert_eq!(listed, [""; 0]);
        let of_a_stranger = found(|client, settings| {
            inside(client);
            client.origin = ClientOrigin::Dynamic;
            settings.outbound.allow_hosts_for_administrators = vec!["10.0.0.1".to_owned()];
        });
        assert!(of_a_stranger.iter().any(|warning| warning.contains("ALLOW_HOSTS")), "{of_a_stranger:?}");
    }
}
