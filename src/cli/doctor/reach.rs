//! What can be reached: the issuer as clients see it, and Redis.

use std::time::Duration;

use serde_json::Value;

use super::finding::Findings;
use crate::config::Settings;
use crate::spec::issuer::Issuer;
use crate::store::kv::Kv;

/// How long the discovery document may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether Redis answers, when there is one.
pub async fn redis(settings: &Settings, on_postgres: bool, findings: &mut Findings) {
    let Some(url) = &settings.redis_url else {
        if on_postgres {
            findings
                .warn("Postgres without Redis: this can only be a single node.", "Set AUTHY_REDIS_URL before a second node is started.");
        }
        return;
    };
    let asked = async { Kv::open_redis(url.expose(), settings.outbound.ca_file.as_deref()).await?.ping().await };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(())) => findings.ok("Redis answers."),
        Ok(Err(error)) => findings.error(format!("Redis does not answer: {error}."), "Check AUTHY_REDIS_URL, and that Redis runs."),
        Err(_) => findings.error("Redis does not answer within 5 s.", "Check AUTHY_REDIS_URL, and that this machine may reach it."),
    }
}

/// Whether the issuer is fit for use, and its discovery document says what the settings say: OIDC Discovery §4.3.
pub async fn issuer(settings: &Settings, findings: &mut Findings) {
    let Some(issuer) = &settings.issuer else {
        return findings.warn(
            "The issuer is not set, so only this machine can use the provider.",
            "Set AUTHY_ISSUER to the https URL that applications use.",
        );
    };
    if issuer.is_https() && settings.tls.is_none() && settings.trusted_proxies.is_empty() {
        findings.warn(
            "The issuer is https, but authy serves plain http and trusts no proxy: addresses in logs and throttling will be the proxy's.",
            "Set AUTHY_TRUSTED_PROXIES to the proxy's address, or AUTHY_TLS__CERT and AUTHY_TLS__KEY.",
        );
    }
    if settings.tls.is_some() && !issuer.is_https() {
        findings.error(
            format!("authy serves TLS, but its issuer {} is http: nobody reaches the endpoints that discovery names.", issuer.as_str()),
            "Let AUTHY_ISSUER begin with https://, or remove AUTHY_TLS__CERT and AUTHY_TLS__KEY.",
        );
    }
    match discovery(settings, issuer).await {
        Ok(found) if found == issuer.as_str() => {
            findings.ok(format!("The discovery document at {issuer} names that issuer.", issuer = issuer.as_str()))
        }
        Ok(found) => findings.error(
            format!("The discovery document at {} names another issuer: {found:?}.", issuer.as_str()),
            "Let AUTHY_ISSUER and the address that applications use be the same, letter by letter.",
        ),
        Err(why) if why.contains("certificate") => {
            let what = format!("A server answers at {}, but its certificate is not believed: {why}.", issuer.as_str());
            let mend = "Use one from an authority that applications know; of a private one, name its file in AUTHY_OUTBOUND__CA_FILE. \
                A certificate that is marked as an authority's (CaUsedAsEndEntity) is no server's.";
            if issuer.is_loopback() { findings.warn(what, mend) } else { findings.error(what, mend) }
        }
        Err(why) if issuer.is_loopback() => {
            findings.warn(format!("No server answers at {}: {why}.", issuer.as_str()), "Start it with `authy serve`.")
        }
        Err(why) => findings.error(
            format!("The issuer {} cannot be reached: {why}.", issuer.as_str()),
            "Check that the server runs, its DNS name, its certificate and the proxy before it.",
        ),
    }
}

async fn discovery(settings: &Settings, issuer: &Issuer) -> Result<String, String> {
    let url = issuer.url("/.well-known/openid-configuration");
    let document: Value = async {
        let answer = http_client(settings)?.get(&url).send().await?.error_for_status()?;
        Ok::<_, anyhow::Error>(serde_json::from_slice(&answer.bytes().await?)?)
    }
    .await
    .map_err(|error| innermost(&error))?;
    document.get("issuer").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| "the document has no issuer".to_owned())
}

fn http_client(settings: &Settings) -> anyhow::Result<reqwest::Client> {
    // Another part of the process may have chosen the provider before: then it stays.
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    if let Some(file) = &settings.outbound.ca_file {
        for certificate in reqwest::Certificate::from_pem_bundle(&std::fs::read(file)?)? {
            builder = builder.add_root_certificate(certificate);
        }
    }
    Ok(builder.build()?)
}

/// The cause that a person can do something about is at the bottom.
fn innermost(error: &anyhow::Error) -> String {
    error.chain().last().map(ToString::to_string).unwrap_or_default()
}
