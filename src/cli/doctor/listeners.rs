//! Whether `serve` could listen: the addresses are free, or authy answers there already.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use super::finding::Findings;
use crate::cli::healthcheck::reachable;
use crate::config::Settings;
use crate::server::Bound;
use crate::spec::issuer::Issuer;

/// How long what listens on this machine may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Binds the listeners for a moment, unless the provider of these settings has them.
pub async fn check(settings: &Settings, findings: &mut Findings) {
    if let Some(address) = first_that_is_ours(settings).await {
        return findings.ok(format!("authy answers on {address}."));
    }
    let obstacles = Bound::obstacles(settings);
    if obstacles.is_empty() {
        findings.ok("The addresses to listen on are free.");
    }
    for obstacle in obstacles {
        findings.error(obstacle.message, obstacle.mend);
    }
}

/// The first main listener, if the discovery document there names the issuer of these settings.
async fn first_that_is_ours(settings: &Settings) -> Option<SocketAddr> {
    let address = settings.listen.first().copied().filter(|address| address.port() != 0)?;
    let issuer = match &settings.issuer {
        Some(issuer) => issuer.clone(),
        None => Issuer::parse(&settings.local_issuer(address.port())).ok()?,
    };
    let asked = asked(settings, reachable(address), &issuer).await.ok()?;
    (asked.get("issuer").and_then(Value::as_str) == Some(issuer.as_str())).then_some(address)
}

async fn asked(settings: &Settings, address: SocketAddr, issuer: &Issuer) -> anyhow::Result<Value> {
    // Another part of the process may have chosen the provider before: then it stays.
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}{}/.well-known/openid-configuration", issuer.path());
    // The certificate is for the issuer's name and looked at elsewhere; nothing secret is asked here.
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().danger_accept_invalid_certs(true).http1_only();
    let client = client.redirect(reqwest::redirect::Policy::none()).build()?;
    let answer = client.get(url).header("Host", issuer.authority()).send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&answer.bytes().await?)?)
}
