//! What people see of applications that brought themselves: RFC 7591 §5.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::elsewhere::{self, CIBA, DEVICE_CODE};
use crate::support::relying_party::{post, query};

const SAID: &str = "Nobody here has checked this application";

#[tokio::test]
async fn an_approval_counts_for_the_places_that_the_person_saw() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let mut wanted = public();
        wanted["redirect_uris"] = json!(["https://stranger.example/cb", "https://elsewhere.example/cb"]);
        let registered = register(&app, &wanted, None).await;
        let rp = relying_party(&app, &registered).await;
        let mut browser = app.browser();
        rp.code_in(&mut browser, "ada", &[]).await;
        let silent = browser.open(&rp.url(&[("prompt", "none")])).await.away();
        assert!(query(&silent).contains_key("code"), "{silent}");

        let elsewhere = [("redirect_uri", "https://elsewhere.example/cb")];
        let page = browser.open(&rp.url(&elsewhere)).await.page();
        assert!(page.has("consent-form") && page.body.contains("elsewhere.example"), "another place asks: {}", page.url);
        browser.press(&page, "consent-form", "consent-approve").await.away();
        for place in ["https://stranger.example/cb", "https://elsewhere.example/cb"] {
            assert!(query(&browser.open(&rp.url(&[("redirect_uri", place)])).await.away()).contains_key("code"), "{place}");
        }

        let (id, token) = (registered.text("client_id"), registered.text("registration_access_token"));
        wanted["client_id"] = Value::from(id.as_str());
        wanted["redirect_uris"] = json!(["https://moved.example/cb"]);
        manage(&app, Method::PUT, &id, (Some(&wanted), &token)).await.ok();
        app.advance(std::time::Duration::from_secs(2));
        let moved = [("redirect_uri", "https://moved.example/cb")];
        let silent = browser.open(&rp.url(&[moved[0], ("prompt", "none")])).await.away();
        assert_eq!(query(&silent)["error"], "consent_required");
        let page = browser.open(&rp.url(&moved)).await.page();
        assert!(page.has("consent-form") && page.body.contains("moved.example"), "a place that came later asks: {}", page.url);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn names_that_deceive_and_addresses_that_run_something_are_refused_in_every_language() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.per_address = 1_000;
        })
        .await;
        for (member, value) in [
            ("client_name", "Shop \u{202e}knab ruoY"),
            ("client_name", "\u{200b}"),
            ("client_name", "pay\u{ad}pal"),
            ("client_name#de", "Laden \u{2066}x"),
            ("client_name#de", " "),
            ("client_uri#de", "javascript:alert(1)"),
            ("logo_uri#de", "data:text/html,x"),
            ("tos_uri#fr", "https://u:p@rp.example/"),
            ("policy_uri#fr", "file:///etc/passwd"),
        ] {
            let mut body = public();
            body[member] = Value::from(value);
            register(&app, &body, None).await.is(400, "invalid_client_metadata");
        }
        let mut body = public();
        body["client_name#fa"] = json!("نمی\u{200c}خواهم");
        body["client_uri#fa"] = json!("https://stranger.example/fa");
        let registered = register(&app, &body, None).await;
        assert_eq!((registered.status, registered.text("client_uri#fa").as_str()), (201, "https://stranger.example/fa"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_device_whose_application_is_a_document_shows_the_host_that_published_it() {
    backends::each(async |backend| {
        let (shelf, id) = (Arc::new(Shelf::default()), "https://tv.example.com/program.json");
        let document = json!({"client_id": id, "client_name": "Your Bank", "token_endpoint_auth_method": "none", "grant_types": [DEVICE_CODE],
            "redirect_uris": ["https://bank.example/cb"]});
        shelf.put(id, &document, None);
        let allow = |settings: &mut authy::config::Settings| settings.registration.grant_types.push(DEVICE_CODE.to_owned());
        let app = TestApp::start_asking(backend, allow, Some(shelf)).await;
        app.user("ada").await;
        let fields = [("client_id", id), ("scope", "openid")];
        let started = post(&app.base, "/oauth2/device_authorization", &fields, Default::default()).await.ok();
        let page = elsewhere::question(&mut app.browser(), &started, "ada").await;
        for told in ["Your Bank", "not verified", "tv.example.com", SAID] {
            assert!(page.body.contains(told), "{told}: {}", page.body);
        }
        assert!(!page.body.contains("bank.example"), "no answer goes there: {}", page.body);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_to_a_person_elsewhere_says_that_nobody_has_checked_who_asks() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.grant_types.push(CIBA.to_owned());
        })
        .await;
        app.user("ada").await;
        let mut wanted = public();
        wanted["token_endpoint_auth_method"] = json!("client_secret_basic");
        wanted["grant_types"] = json!([CIBA]);
        wanted["backchannel_token_delivery_mode"] = json!("poll");
        let registered = register(&app, &wanted, None).await;
        let rp = relying_party(&app, &registered).await;
        rp.post("/oauth2/bc-authorize", &[("scope", "openid"), ("login_hint", "ada")]).await.ok();
        let page = elsewhere::approvals(&mut app.browser(), "ada").await;
        assert!(page.body.contains("Stranger") && page.body.contains("not verified") && page.body.contains(SAID), "{}", page.body);
        app.stop().await;
    })
    .await;
}
