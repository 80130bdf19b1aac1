//! `authy perform` against a provider inside the test, whose clock shows the real time.

use authy::clock::{Clock as _, SystemClock};
use authy::model::client::{AuthMethod, ClientMetadata};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use super::{Ran, authy, write};
use crate::support::app::{PASSWORD, TestApp};
use crate::support::backends;
use crate::support::relying_party::RelyingParty;

/// Runs a test on each storage as a program on this machine, against a provider of today that wants a nonce of its own in every proof.
async fn with_program(adjust: fn(&mut ClientMetadata), test: impl AsyncFn(&RelyingParty<'_>, &TempDir)) {
    backends::each(async |backend| {
        backend.clock.advance(SystemClock.now().since(backend.clock.now()));
        let app = TestApp::start_with(backend, |settings| settings.require_dpop_nonce = true).await;
        app.user("ada").await;
        let rp = app
            .client(|metadata| {
                metadata.redirect_uris.push("http://127.0.0.1/cb".to_owned());
                adjust(metadata);
            })
            .await;
        test(&rp, &tempdir().expect("a directory")).await;
        app.stop().await;
    })
    .await;
}

/// Runs a flow as this client.
async fn perform(rp: &RelyingParty<'_>, place: &TempDir, flow: &str, more: &[&str]) -> Ran {
    write(place.path(), "secret", rp.secret.as_ref().expect("a secret").expose());
    write(place.path(), "password", PASSWORD);
    let (issuer, client_id, path) = (rp.app.base.clone(), rp.client.client_id.clone(), place.path().to_owned());
    let more: Vec<String> = more.iter().map(|&word| word.to_owned()).collect();
    let flow = flow.to_owned();
    let run = move || {
        let mut arguments =
            vec!["perform", &flow, "--issuer", &issuer, "--client-id", &client_id, "--client-secret-file", "secret", "--json"];
        arguments.extend(more.iter().map(String::as_str));
        authy(&path, &[], &arguments)
    };
    tokio::task::spawn_blocking(run).await.expect("it ran")
}

fn shown(ran: Ran, member: &str) -> Value {
    ran.exits(0).json()[member].clone()
}

#[tokio::test]
async fn every_flow_binds_its_tokens_to_a_key_when_it_is_told_to() {
    let adjust = |metadata: &mut ClientMetadata| {
        metadata.auth_method = Some(AuthMethod::ClientSecretBasic);
        metadata.protocol.dpop_bound_access_tokens = true;
    };
    with_program(adjust, async |rp, place| {
        let service = perform(rp, place, "client-credentials", &["--scope", "read", "--dpop"]).await;
        let tokens = shown(service, "tokens");
        assert!(tokens["token_type"].as_str().expect("a type").eq_ignore_ascii_case("DPoP"), "{tokens}");
        let told = rp.introspect(tokens["access_token"].as_str().expect("a token")).await;
        assert!(told.body["cnf"]["jkt"].is_string(), "{}", told.body);

        let unbound = perform(rp, place, "client-credentials", &["--scope", "read"]).await.exits(1);
        assert_eq!(unbound.error()["error"], "invalid_dpop_proof");
    })
    .await;
}

#[tokio::test]
async fn a_person_signs_in_and_the_key_goes_all_the_way_to_userinfo_and_a_refresh() {
    let adjust = |metadata: &mut ClientMetadata| {
        metadata.grant_types.push("urn:ietf:params:oauth:grant-type:device_code".to_owned());
    };
    with_program(adjust, async |rp, place| {
        let person = ["--username", "ada", "--password-file", "password", "--dpop-key-file", "key.json"];
        for flow in ["code", "device"] {
            let scope = ["--scope", "openid email offline_access"];
            let more = if flow == "code" { &["--refresh", "--redirect-uri", "http://127.0.0.1/cb"][..] } else { &[] };
            let done = perform(rp, place, flow, &[&person[..], &scope, more].concat()).await.exits(0).json();
            assert_eq!(done["userinfo"]["email"], json!("ada@example.org"), "{flow}: {done}");
            assert_eq!(done["refreshed"].is_object(), flow == "code", "{flow}: {done}");
            let token = done["tokens"]["access_token"].as_str().expect("a token");
            assert!(rp.introspect(token).await.body["cnf"]["jkt"].is_string());
            write(place.path(), "refresh", done["tokens"]["refresh_token"].as_str().expect("a refresh token"));
        }
        let refreshed = perform(rp, place, "refresh", &["--refresh-token-file", "refresh", "--dpop-key-file", "key.json"]).await;
        assert!(shown(refreshed, "tokens")["access_token"].is_string());
    })
    .await;
}
