//! What an administrator changed on a client that describes itself is no longer the client's to change.

use std::sync::Arc;
use std::time::Duration;

use authy::admin::office::Office;
use authy::jose::{Algorithm, KeyPair};
use authy::spec::client_metadata::ClientDraft;
use authy::telemetry::audit::Actor;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{Answer, VERIFIER, post, query};
use crate::support::signer;

const ID: &str = "https://app.example.com/oauth/program.json";

async fn decide(app: &TestApp, client_id: &str, change: impl FnOnce(&mut ClientDraft)) {
    let client = app.app.sql.client_by_id(client_id).await.expect("the database").expect("the client");
    let mut draft = ClientDraft::of(&client);
    change(&mut draft);
    Office::of(&app.app, Actor::CommandLine).update_client(&client, &draft).await.expect("changed");
}

#[tokio::test]
async fn a_registered_client_does_not_undo_what_an_administrator_decided_about_it() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        let mut body = public();
        body["scope"] = json!("openid email");
        let made = register(&app, &body, None).await;
        let (id, token) = (made.text("client_id"), made.text("registration_access_token"));
        decide(&app, &id, |draft| {
            draft.access_token_lifetime = Some(60);
            draft.id_token_claims = Some("full".to_owned());
            draft.scopes = vec!["openid".to_owned()];
            draft.name = "Named by us".to_owned();
            draft.protocol.resources = Some(vec!["https://api.example/".to_owned()]);
        })
        .await;
        body["client_id"] = json!(id);
        body["client_name"] = json!("Named by itself");
        body["policy_uri"] = json!("https://rp.example/policy");
        body["resources"] = json!(["https://evil.example/"]);
        let changed = manage(&app, Method::PUT, &id, (Some(&body), &token)).await.ok();
        assert_eq!((changed.text("scope"), changed.text("client_name")), ("openid".to_owned(), "Named by us".to_owned()));
        assert_eq!(changed.text("policy_uri"), "https://rp.example/policy", "the rest is its own");
        let kept = app.app.sql.client_by_id(&id).await.expect("the database").expect("the client").metadata;
        assert_eq!(kept.access_token_lifetime, Some(60));
        assert_eq!(kept.protocol.resources, Some(vec!["https://api.example/".to_owned()]));
        assert_eq!(kept.id_token_claims, authy::model::client::IdTokenClaims::Full);
        app.stop().await;
    })
    .await;
}

fn document(keys: Option<&Value>) -> Value {
    let mut document = json!({
        "client_id": ID,
        "client_name": "Program",
        "redirect_uris": ["https://app.example.com/cb"],
        "token_endpoint_auth_method": if keys.is_some() { "private_key_jwt" } else { "none" },
        "scope": "openid offline_access",
    });
    if let Some(keys) = keys {
        document["jwks"] = keys.clone();
    }
    document
}

async fn authorize(app: &TestApp) -> String {
    let url = document_url(app, ID, &[("scope", "openid offline_access"), ("prompt", "consent")]);
    let mut browser = app.browser();
    let login = browser.open(&url).await.page();
    let consent = browser.sign_in(&login, "ada").await.page();
    query(&browser.press(&consent, "consent-form", "consent-approve").await.away())["code"].clone()
}

fn redeem(code: &str) -> [(&str, &str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", ID),
        ("code", code),
        ("redirect_uri", "https://app.example.com/cb"),
        ("code_verifier", VERIFIER),
    ]
}

#[tokio::test]
async fn nor_does_one_that_is_a_document_by_the_next_sign_in() {
    backends::each(async |backend| {
        let shelf = Arc::new(Shelf::default());
        shelf.put(ID, &document(None), None);
        let app = TestApp::start_asking(backend, |_| {}, Some(shelf.clone())).await;
        app.user("ada").await;
        authorize(&app).await;
        decide(&app, ID, |draft| draft.access_token_lifetime = Some(60)).await;
        app.advance(Duration::from_secs(2));
        for _ in 0..2 {
            let code = authorize(&app).await;
            let tokens = post(&app.base, "/oauth2/token", &redeem(&code), Default::default()).await.ok();
            assert_eq!(tokens.body["expires_in"], 60);
        }
        app.stop().await;
    })
    .await;
}

async fn prove(app: &TestApp, by: &KeyPair, fields: &[(&str, &str)]) -> Answer {
    let assertion = signer::sign(by, &signer::claims(ID, &app.base, app.app.now().as_seconds()));
    let proof = [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", &assertion)];
    post(&app.base, "/oauth2/token", &[fields, &proof].concat(), Default::default()).await
}

async fn refresh(app: &TestApp, by: &KeyPair, token: &str) -> Answer {
    prove(app, by, &[("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", ID)]).await
}

#[tokio::test]
async fn the_keys_of_a_document_are_those_that_it_lists_now() {
    backends::each(async |backend| {
        let (old, new) = (signer::key(Algorithm::ES256), signer::key(Algorithm::PS256));
        let shelf = Arc::new(Shelf::default());
        shelf.put(ID, &document(Some(&signer::set([old]))), None);
        let app = TestApp::start_asking(backend, |_| {}, Some(shelf.clone())).await;
        app.user("ada").await;
        let code = authorize(&app).await;
        let token = prove(&app, old, &redeem(&code)).await.ok().refresh_token();

        shelf.put(ID, &document(Some(&signer::set([new]))), None);
        app.advance(Duration::from_secs(301));
        refresh(&app, old, &token).await.is(401, "invalid_client");
        let token = refresh(&app, new, &token).await.ok().refresh_token();

        shelf.remove(ID);
        app.advance(Duration::from_secs(301));
        refresh(&app, old, &token).await.is(401, "invalid_client");
        let token = refresh(&app, new, &token).await.ok().refresh_token();
        app.advance(Duration::from_secs(3601));
        refresh(&app, new, &token).await.is(401, "invalid_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_document_that_was_wrong_is_looked_at_again_after_a_minute() {
    backends::each(async |backend| {
        let shelf = Arc::new(Shelf::default());
        shelf.put(ID, &json!({ "client_id": "https://other.example/x" }), Some(3600));
        let app = TestApp::start_asking(backend, |_| {}, Some(shelf.clone())).await;
        app.user("ada").await;
        let url = format!("{}/oauth2/authorize?response_type=code&client_id={ID}", app.base);
        assert!(app.browser().open(&url).await.page().has("error-page"));
        shelf.put(ID, &document(None), None);
        app.advance(Duration::from_secs(61));
        authorize(&app).await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_to_be_swept_is_gone_before_the_sweeper_comes() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        let made = register(&app, &json!({ "redirect_uris": ["https://rp.example/cb"] }), None).await;
        let (id, secret) = (made.text("client_id"), made.text("client_secret"));
        let ask = async || {
            let fields = [("token", "x"), ("client_id", &id), ("client_secret", &secret)];
            post(&app.base, "/oauth2/introspect", &fields, Default::default()).await
        };
        ask().await.ok();
        app.advance(app.app.settings.registration.quarantine + Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        ask().await.is(401, "invalid_client");
        app.stop().await;
    })
    .await;
}
