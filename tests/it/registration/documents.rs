//! Client ids that are URLs: draft-ietf-oauth-client-id-metadata-document.

mod changes;
mod closed;

use std::sync::Arc;
use std::time::Duration;

use authy::store::sql::Page;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends::{self, Backend};
use crate::support::relying_party::{RelyingParty, VERIFIER, challenge, post, query};

const ID: &str = "https://app.example.com/oauth/program.json";

fn document() -> Value {
    json!({
        "client_id": ID,
        "client_name": "Program",
        "redirect_uris": ["http://127.0.0.1/callback", "https://app.example.com/cb"],
        "token_endpoint_auth_method": "none",
        "skip_consent": true,
        "scope": "openid email authy:admin",
    })
}

async fn provider(backend: Backend) -> (TestApp, Arc<Shelf>) {
    let shelf = Arc::new(Shelf::default());
    shelf.put(ID, &document(), None);
    (TestApp::start_asking(backend, |_| {}, Some(shelf.clone())).await, shelf)
}

fn url(app: &TestApp, changes: &[(&str, &str)]) -> String {
    document_url(app, ID, &[&[("scope", "openid email authy:admin"), ("state", "st-1")], changes].concat())
}

async fn rows(app: &TestApp) -> usize {
    app.app.sql.list_clients(&Page { limit: 10, ..Page::default() }).await.expect("clients").len()
}

#[tokio::test]
async fn a_client_is_its_document_and_is_stored_when_a_person_approves() {
    backends::each(async |backend| {
        let (app, shelf) = provider(backend).await;
        app.user("ada").await;
        assert_eq!(app.get_json("/.well-known/oauth-authorization-server").await["client_id_metadata_document_supported"], true);
        let mut browser = app.browser();
        let login = browser.open(&url(&app, &[])).await.page();
        let consent = browser.sign_in(&login, "ada").await.page();
        assert_eq!(rows(&app).await, 0, "strangers store nothing");
        for told in ["not verified", "app.example.com", "Program"] {
            assert!(consent.body.contains(told), "{told}: {}", consent.body);
        }
        let back = browser.press(&consent, "consent-form", "consent-approve").await.away();
        assert_eq!(rows(&app).await, 1);
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", ID),
            ("code", &query(&back)["code"]),
            ("redirect_uri", "https://app.example.com/cb"),
            ("code_verifier", VERIFIER),
        ];
        let tokens = post(&app.base, "/oauth2/token", &fields, Default::default()).await.ok();
        assert_eq!(tokens.text("scope"), "openid email");
        assert_eq!(tokens.id_claims()["aud"], ID);
        assert!(query(&browser.open(&url(&app, &[])).await.away()).contains_key("code"), "remembered for an https redirect URI");
        assert_eq!(shelf.asked(ID), 1, "kept for a while");
        let loopback = url(&app, &[("redirect_uri", "http://127.0.0.1:51234/callback")]);
        assert!(browser.open(&loopback).await.page().has("consent-form"), "asked each time for a program on the device");

        shelf.put(ID, &json!({"client_id": ID, "client_name": "Renamed", "redirect_uris": ["https://app.example.com/new"]}), None);
        app.advance(Duration::from_secs(301));
        let gone = browser.open(&url(&app, &[])).await.page();
        assert!(gone.status == 400 && gone.has("error-page"), "the redirect URI is no longer in the document");
        let moved = browser.open(&url(&app, &[("redirect_uri", "https://app.example.com/new")])).await.away();
        assert!(moved.starts_with("https://app.example.com/new?code="), "{moved}");
        let stored = app.app.sql.client_by_id(ID).await.expect("the database").expect("the client");
        assert_eq!(stored.name, "Renamed");
        app.advance(Duration::from_secs(91 * 24 * 3600));
        app.sweep().await;
        assert_eq!(rows(&app).await, 0, "unused");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn documents_are_kept_within_bounds_and_failures_too() {
    backends::each(async |backend| {
        let (app, shelf) = provider(backend).await;
        let mut browser = app.browser();
        shelf.put(ID, &document(), Some(1));
        for _ in 0..3 {
            assert!(browser.open(&url(&app, &[])).await.page().has("login-form"));
        }
        assert_eq!(shelf.asked(ID), 1, "not more often than once a minute");
        app.advance(Duration::from_secs(61));
        shelf.put(ID, &document(), Some(1_000_000));
        browser.open(&url(&app, &[])).await.page();
        app.advance(Duration::from_secs(3600));
        browser.open(&url(&app, &[])).await.page();
        assert_eq!(shelf.asked(ID), 3, "and not longer than an hour");
        shelf.remove(ID);
        app.advance(Duration::from_secs(3600));
        for _ in 0..3 {
            assert!(browser.open(&url(&app, &[])).await.page().has("error-page"));
        }
        assert_eq!(shelf.asked(ID), 4);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_document_that_is_not_its_own_or_holds_secrets_is_refused() {
    backends::each(async |backend| {
        let (app, shelf) = provider(backend).await;
        let mut browser = app.browser();
        for (number, (name, value)) in [
            ("client_id", json!("https://app.example.com/other.json")),
            ("client_secret", json!("hunter2")),
            ("token_endpoint_auth_method", json!("client_secret_post")),
            ("redirect_uris", json!([])),
            ("redirect_uris", json!(["javascript:alert(1)"])),
            ("redirect_uris", json!(["https://app.example.com/cb", "data:text/html,x"])),
            ("logo_uri", json!("javascript:alert(1)")),
            ("response_types", json!(["id_token"])),
            ("profile", json!("legacy")),
            ("jwks_uri", json!("https://10.0.0.1/jwks")),
            ("backchannel_logout_uri", json!("https://10.0.0.1/logout")),
        ]
        .into_iter()
        .enumerate()
        {
            let id = format!("https://app.example.com/{number}.json");
            let mut document = document();
            document["client_id"] = json!(id);
            document[name] = value.clone();
            shelf.put(&id, &document, None);
            let page = browser.open(&url(&app, &[("client_id", &id)])).await.page();
            assert!(page.status == 400 && page.has("error-page"), "{name}: {value}: {}", page.body);
            assert!(!page.body.contains("hunter2") && !page.body.contains("javascript:"));
        }
        for id in
            ["https://app.example.com/", "https://app.example.com/a/../b", "https://u@app.example.com/c", "https://app.example.com/c#f"]
        {
            assert!(browser.open(&url(&app, &[("client_id", id)])).await.page().has("error-page"), "{id}");
            assert_eq!(shelf.asked(id), 0);
        }
        assert_eq!(rows(&app).await, 0);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_operator_may_list_the_hosts_or_switch_documents_off_or_shut_one_out() {
    backends::each(async |backend| {
        let (app, _) = provider(backend).await;
        app.user("ada").await;
        let mut browser = app.browser();
        browser.walk(&url(&app, &[]), "ada").await;
        let mut client = app.app.sql.client_by_id(ID).await.expect("the database").expect("the client");
        client.enabled = false;
        app.change_client(&client).await;
        assert!(browser.open(&url(&app, &[])).await.page().has("error-page"), "shut out");
        app.stop().await;
    })
    .await;
    for (adjust, works) in [
        ((|settings| settings.client_documents.hosts = vec!["app.example.com".to_owned()]) as crate::support::app::Adjust, true),
        (|settings| settings.client_documents.hosts = vec!["other.example".to_owned()], false),
        (|settings| settings.client_documents.enabled = false, false),
    ] {
        backends::each(async |backend| {
            let shelf = Arc::new(Shelf::default());
            shelf.put(ID, &document(), None);
            let app = TestApp::start_asking(backend, adjust, Some(shelf.clone())).await;
            let page = app.browser().open(&url(&app, &[])).await.page();
            assert_eq!((page.has("login-form"), shelf.asked(ID)), (works, usize::from(works)));
            app.stop().await;
        })
        .await;
    }
}

#[tokio::test]
async fn addresses_inside_are_never_asked() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut browser = app.browser();
        for id in [
            "https://127.0.0.1:9999/c",
            "https://[::1]:9999/c",
            "https://10.0.0.1/c",
            "https://169.254.169.254/latest",
            "https://localhost:9999/c",
            "https://app.example.com:22/c",
            "https://2130706433/c",
        ] {
            let page = browser.open(&url(&app, &[("client_id", id)])).await.page();
            assert!(page.has("error-page") && page.status == 400, "{id}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_nobody_has_approved_may_push_its_request_and_nothing_else() {
    backends::each(async |backend| {
        let (app, _) = provider(backend).await;
        app.user("ada").await;
        let made = challenge(VERIFIER);
        let pushed = [
            ("client_id", ID),
            ("redirect_uri", "https://app.example.com/cb"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", &made),
            ("code_challenge_method", "S256"),
        ];
        let answer = post(&app.base, "/oauth2/par", &pushed, Default::default()).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let refused = post(
            &app.base,
            "/oauth2/token",
            &[("grant_type", "refresh_token"), ("refresh_token", "rt_x"), ("client_id", ID)],
            Default::default(),
        );
        refused.await.is(400, "invalid_grant");
        post(
            &app.base,
            "/oauth2/token",
            &[("grant_type", "refresh_token"), ("client_id", "https://app.example.com/none")],
            Default::default(),
        )
        .await
        .is(401, "invalid_client");
        let request_uri = answer.text("request_uri");
        let page =
            format!("{}/oauth2/authorize?client_id={}&request_uri={request_uri}", app.base, ID.replace(':', "%3A").replace('/', "%2F"));
        let back = app.browser().walk(&page, "ada").await;
        assert!(query(&back).contains_key("code"), "{back}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_application_that_says_where_logins_start_can_be_opened_from_the_account() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let mut body = public();
        body["initiate_login_uri"] = json!("https://stranger.example/start?a=b");
        let made = register(&app, &body, None).await;
        let rp: RelyingParty<'_> = relying_party(&app, &made).await.with_scope("openid");
        let mut browser = app.browser();
        browser.walk(&rp.url(&[]), "ada").await;
        let apps = browser.open("/account/apps").await.page();
        let iss = url::form_urlencoded::byte_serialize(app.base.as_bytes()).collect::<String>();
        assert!(
            apps.body.contains(&format!("https://stranger.example/start?a=b&amp;iss={iss}"))
                || apps.body.contains(&format!("https://stranger.example/start?a=b&#38;iss={iss}")),
            "{}",
            apps.body
        );
        assert!(apps.has(&format!("app-open-{}", rp.id())));
        app.stop().await;
    })
    .await;
}
