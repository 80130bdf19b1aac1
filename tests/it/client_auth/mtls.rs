//! Mutual TLS: RFC 8705, on a listener of its own and by the header of a trusted proxy (RFC 9440).

use authy::model::client::{AuthMethod, ClientMetadata};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use crate::support::app::{TestApp, behind_a_proxy};
use crate::support::backends;
use crate::support::relying_party::{Answer, RelyingParty, answer};
use crate::support::x509::{Authority, Certificate};

fn with_listener(settings: &mut authy::config::Settings) {
    let (cert, key) = Authority::shared().server();
    settings.mtls.listen = vec!["127.0.0.1:0".parse().expect("an address")];
    settings.mtls.tls = Some(authy::config::Tls { cert, key });
    settings.mtls.ca_file = Some(Authority::shared().file());
    // The listener's host is not the issuer's, and one of ours all the same.
    settings.strict_host = true;
}

/// A client of the TLS listener with a certificate or without.
fn connection(certificate: Option<&Certificate>) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = std::fs::read(Authority::shared().file()).expect("a file");
    let builder = reqwest::Client::builder().tls_built_in_root_certs(false).pool_max_idle_per_host(0);
    let builder = builder.add_root_certificate(reqwest::Certificate::from_pem(&pem).expect("a certificate"));
    let builder = match certificate {
        Some(certificate) => builder.identity(certificate.identity()),
        None => builder,
    };
    builder.build().expect("a client")
}

async fn ask(rp: &RelyingParty<'_>, certificate: Option<&Certificate>) -> Answer {
    let url = format!("{}/oauth2/token", rp.app.app.settings.mtls.base.as_ref().expect("a base"));
    let body = format!("grant_type=client_credentials&scope=read&client_id={}", rp.id());
    answer(connection(certificate).post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
}

async fn named<'a>(app: &'a TestApp, set: impl FnOnce(&mut ClientMetadata)) -> RelyingParty<'a> {
    app.client(|metadata| {
        metadata.auth_method = Some(AuthMethod::TlsClientAuth);
        set(metadata);
    })
    .await
}

#[tokio::test]
async fn a_certificate_that_an_authority_vouches_for_proves_its_name() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, with_listener).await;
        let authority = Authority::shared();
        let by_dns = named(&app, |metadata| metadata.protocol.tls_client_auth_san_dns = Some("RP.example".to_owned())).await;
        let by_subject =
            named(&app, |metadata| metadata.protocol.tls_client_auth_subject_dn = Some("CN=rp.example, O=example".to_owned())).await;
        for rp in [&by_dns, &by_subject] {
            ask(rp, Some(&authority.issue("rp.example"))).await.ok();
            ask(rp, Some(&authority.issue("other.example"))).await.is(401, "invalid_client");
            ask(rp, Some(authority.self_signed())).await.is(401, "invalid_client");
            ask(rp, None).await.is(401, "invalid_client");
        }
        let by_address = named(&app, |metadata| metadata.protocol.tls_client_auth_san_ip = Some("192.0.2.1".to_owned())).await;
        ask(&by_address, Some(&authority.issue("rp.example"))).await.is(401, "invalid_client");
        let by_number = named(&app, |metadata| metadata.protocol.tls_client_auth_subject_dn = Some("1.2.4294967295=x".to_owned())).await;
        ask(&by_number, Some(&authority.issue("rp.example"))).await.is(401, "invalid_client");
        let nameless = named(&app, |_| {}).await;
        ask(&nameless, Some(&authority.issue("rp.example"))).await.is(401, "invalid_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_registered_certificate_or_key_proves_itself() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, with_listener).await;
        let authority = Authority::shared();
        let itself = authority.self_signed();
        for set in [itself.jwks(), json!({ "keys": [itself.jwk()] })] {
            let registered = |metadata: &mut ClientMetadata| {
                metadata.auth_method = Some(AuthMethod::SelfSignedTlsClientAuth);
                metadata.protocol.jwks = Some(set.clone());
            };
            let rp = app.client(registered).await;
            ask(&rp, Some(itself)).await.ok();
            ask(&rp, Some(&authority.issue("itself.example"))).await.is(401, "invalid_client");
            ask(&rp, None).await.is(401, "invalid_client");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn discovery_names_the_other_base_and_the_methods_that_work() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, with_listener).await;
        let document = app.get_json("/.well-known/openid-configuration").await;
        let base = app.app.settings.mtls.base.clone().expect("a base");
        assert!(base.starts_with("https://localhost:"), "{base}");
        assert_eq!(document["mtls_endpoint_aliases"]["token_endpoint"], format!("{base}/oauth2/token"));
        let methods = document["token_endpoint_auth_methods_supported"].as_array().expect("a list");
        for method in ["private_key_jwt", "client_secret_jwt", "tls_client_auth", "self_signed_tls_client_auth"] {
            assert!(methods.contains(&json!(method)), "{method}");
        }
        assert!(document["token_endpoint_auth_signing_alg_values_supported"].as_array().is_some_and(|list| !list.contains(&json!("none"))));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn without_mutual_tls_nothing_of_it_is_named() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let document = app.get_json("/.well-known/openid-configuration").await;
        assert!(document.get("mtls_endpoint_aliases").is_none());
        assert!(!document["token_endpoint_auth_methods_supported"].to_string().contains("tls_client_auth"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_header_of_a_certificate_is_believed_from_a_trusted_proxy_alone() {
    let send = async |app: &TestApp, rp: &RelyingParty<'_>| {
        let body = format!("grant_type=client_credentials&scope=read&client_id={}", rp.id());
        let request = crate::support::http::client().post(format!("{}/oauth2/token", app.base)).body(body);
        let header = format!(":{}:", STANDARD.encode(Authority::shared().self_signed().der()));
        answer(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").header("client-cert", header)).await
    };
    let registered = |metadata: &mut ClientMetadata| {
        metadata.auth_method = Some(AuthMethod::SelfSignedTlsClientAuth);
        metadata.protocol.jwks = Some(Authority::shared().self_signed().jwks());
    };
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        let rp = app.client(registered).await;
        send(&app, &rp).await.ok();
        app.stop().await;
    })
    .await;
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(registered).await;
        send(&app, &rp).await.is(401, "invalid_client");
        app.stop().await;
    })
    .await;
}
