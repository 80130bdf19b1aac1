//! What clients that nobody vouches for may not make of us.

use std::sync::Arc;
use std::time::Duration;

use authy::config::Settings;
use authy::model::client::Profile;
use authy::model::client::protocol::Weakening;
use reqwest::Method;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

const DOCUMENT: &str = "https://app.example.com/oauth/program.json";

/// Anybody may register, also for older kinds of answers.
fn open_and_legacy(settings: &mut Settings) {
    open(settings);
    settings.registration.profiles = vec!["oauth21".to_owned(), "legacy".to_owned()];
    settings.registration.grant_types.push("implicit".to_owned());
}

#[tokio::test]
async fn a_link_to_us_does_not_end_at_the_page_of_who_registered_itself() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let made = register(&app, &public(), None).await;
        let stranger = relying_party(&app, &made).await;
        let ours = app.relying_party().await;
        for wrong in [("scope", "bogus"), ("response_type", "-"), ("max_age", "x"), ("resource", "https://nobody.example/")] {
            let page = app.browser().open(&stranger.url(&[wrong])).await.page();
            assert!(page.has("error-page") && page.status == 400, "{wrong:?}: {}", page.status);
            assert!(query(&app.browser().open(&ours.url(&[wrong])).await.away()).contains_key("error"), "{wrong:?}");
            let silent = query(&app.browser().open(&stranger.url(&[wrong, ("prompt", "none")])).await.away());
            assert!(silent.contains_key("error"), "who asks for no page is told: {wrong:?}");
        }
        // Whoever has signed in here is on the way to the application.
        let mut browser = app.browser();
        assert!(query(&browser.walk(&stranger.url(&[]), "ada").await).contains_key("code"));
        assert_eq!(query(&browser.open(&stranger.url(&[("scope", "bogus")])).await.away())["error"], "invalid_scope");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nor_does_a_link_to_sign_out() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        app.user("bob").await;
        let mut body = public();
        body["post_logout_redirect_uris"] = json!(["https://stranger.example/bye"]);
        let made = register(&app, &body, None).await;
        let bye = |id: &str, uri: &str| format!("{}/oauth2/logout?client_id={id}&post_logout_redirect_uri={uri}", app.base);
        let page = app.browser().open(&bye(&made.text("client_id"), "https://stranger.example/bye")).await.page();
        assert!(page.has("logout-done"), "{}", page.body);
        let ours = app.relying_party().await;
        assert_eq!(app.browser().open(&bye(ours.id(), "https://rp.example/bye")).await.away(), "https://rp.example/bye");
        // With the ID Token that it was given, it is the application's own person who comes.
        let stranger = relying_party(&app, &made).await;
        let hint = stranger.login("ada").await.text("id_token");
        // Who is signed in is asked, and says that they want to be signed out, not where to go then.
        let theirs = (stranger.id(), "https://stranger.example/bye");
        for (person, (id, uri), proof, goes_there) in [
            ("ada", theirs, "", false),
            ("bob", theirs, hint.as_str(), false),
            ("ada", theirs, hint.as_str(), true),
            ("ada", (ours.id(), "https://rp.example/bye"), "", true),
        ] {
            let mut browser = app.browser();
            browser.walk(&ours.url(&[]), person).await;
            let page = browser.open(&format!("{}&id_token_hint={proof}", bye(id, uri))).await.page();
            let landed = browser.press(&page, "logout-form", "logout-confirm").await;
            if goes_there {
                assert_eq!(landed.away(), uri);
            } else {
                assert!(landed.page().has("logout-done"), "{person} {proof}");
            }
        }
        app.advance(app.app.settings.lifetimes.session_absolute + Duration::from_secs(1));
        let with_hint = format!("{}&id_token_hint={hint}", bye(stranger.id(), "https://stranger.example/bye"));
        assert_eq!(app.browser().open(&with_hint).await.away(), "https://stranger.example/bye");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn tokens_pass_the_browser_only_to_https_hosts_of_the_web() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open_and_legacy).await;
        let body = |uri: &str, kind: Option<&str>| {
            let mut body = json!({ "redirect_uris": [uri], "response_types": ["id_token"], "grant_types": ["implicit"],
                "token_endpoint_auth_method": "none" });
            if let Some(kind) = kind {
                body["application_type"] = json!(kind);
            }
            body
        };
        for (uri, kind) in [("https://rp.example/cb", "web"), ("http://127.0.0.1:3000/cb", "native")] {
            let made = register(&app, &body(uri, Some(kind)), None).await;
            assert_eq!(made.status, 201, "{}", made.body);
        }
        for uri in ["http://127.0.0.1:3000/cb", "http://localhost:3000/cb", "https://localhost/cb"] {
            for kind in [None, Some("web")] {
                register(&app, &body(uri, kind), None).await.is(400, "invalid_redirect_uri");
            }
        }
        app.stop().await;
    })
    .await;
}

async fn limit(app: &TestApp, client_id: &str, until: i64) {
    let mut client = app.app.sql.client_by_id(client_id).await.expect("the database").expect("the client");
    client.metadata.protocol.weakenings =
        vec![Weakening { setting: "profile".to_owned(), allowed_by: "root".to_owned(), until: Some(until) }];
    client.metadata.settled.insert("weakenings".to_owned());
    app.change_client(&client).await;
}

#[tokio::test]
async fn a_client_does_not_escape_the_day_that_an_administrator_set() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open_and_legacy).await;
        let mut body = public();
        body["profile"] = json!("legacy");
        let made = register(&app, &body, None).await;
        let (id, token) = (made.text("client_id"), made.text("registration_access_token"));
        limit(&app, &id, app.now().as_seconds() + 60).await;
        app.advance(Duration::from_secs(61));
        body["client_id"] = json!(id);
        for profile in ["oauth21", "legacy"] {
            body["profile"] = json!(profile);
            manage(&app, Method::PUT, &id, (Some(&body), &token)).await.ok();
        }
        let in_force = app.app.client(&id).await.expect("the database").expect("the client");
        assert_eq!(in_force.metadata.profile, Profile::Oauth21);
        app.stop().await;
    })
    .await;
}

fn document(profile: &str) -> Value {
    let older = profile == "legacy";
    json!({
        "response_types": if older { vec!["code", "id_token"] } else { vec!["code"] },
        "grant_types": if older { vec!["authorization_code", "implicit"] } else { vec!["authorization_code"] },
        "client_id": DOCUMENT,
        "client_name": "Program",
        "redirect_uris": ["https://app.example.com/cb"],
        "token_endpoint_auth_method": "none",
        "scope": "openid",
        "profile": profile,
    })
}

#[tokio::test]
async fn nor_does_one_that_is_a_document_and_its_sign_ins_write_nothing() {
    backends::each(async |backend| {
        let shelf = Arc::new(Shelf::default());
        shelf.put(DOCUMENT, &document("legacy"), None);
        let app = TestApp::start_asking(backend, open_and_legacy, Some(shelf.clone())).await;
        app.user("ada").await;
        let url = document_url(&app, DOCUMENT, &[]);
        let older = document_url(&app, DOCUMENT, &[("response_type", "id_token"), ("nonce", "n")]);
        let mut browser = app.browser();
        browser.walk(&url, "ada").await;
        limit(&app, DOCUMENT, app.now().as_seconds() + 60).await;
        app.advance(Duration::from_secs(61));
        for profile in ["legacy", "oauth21", "legacy"] {
            shelf.put(DOCUMENT, &document(profile), None);
            app.advance(Duration::from_secs(301));
            app.app.forget_client(DOCUMENT);
            let back = query(&browser.open(&url).await.away());
            assert!(back.contains_key("code"), "{profile}: {back:?}");
            assert_eq!(browser.open(&older).await.away().split_once("error=").map(|(_, error)| &error[..19]), Some("unauthorized_client"));
        }
        let stored = async || app.app.sql.client_by_id(DOCUMENT).await.expect("the database").expect("the client").updated_at;
        let before = stored().await;
        app.advance(Duration::from_secs(5));
        assert!(query(&browser.open(&url).await.away()).contains_key("code"));
        assert_eq!(stored().await, before, "nothing has changed");
        app.stop().await;
    })
    .await;
}
