//! One kind of secret is worth nothing in the place of another, and one request nothing in the place of another.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{VERIFIER, query};

#[tokio::test]
async fn every_kind_of_token_is_refused_where_another_kind_is_due() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let unused = rp.code_in(&mut browser, "ada", &[]).await;
        let tokens = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        let login = app.browser().open(&rp.url(&[])).await.page();
        let sealed = query(&login.url)["t"].clone();
        let own = app.client(|_| {}).await;
        let mut kinds = vec![
            ("a code", unused.clone()),
            ("an access token", tokens.access_token()),
            ("a refresh token", tokens.refresh_token()),
            ("an ID Token", tokens.text("id_token")),
            ("a sealed request", sealed),
            ("a secret", own.secret.as_ref().expect("a secret").expose().clone()),
        ];
        kinds.extend(browser.cookies.iter().map(|(name, value)| (name.as_str(), value.clone())));
        for (kind, value) in &kinds {
            if *kind != "a code" {
                rp.redeem(value).await.is(400, "invalid_grant");
            }
            if *kind != "a refresh token" {
                rp.refresh(value).await.is(400, "invalid_grant");
            }
            if *kind != "an access token" {
                assert_eq!(rp.userinfo(value).await.status, 401, "{kind} at userinfo");
            }
            if !matches!(*kind, "an access token" | "a refresh token") {
                assert!(!rp.is_active(value).await, "{kind} at introspection");
            }
            for name in ["authy_session", "authy_admin", "authy_pre_session"] {
                let mut other = app.browser();
                other.cookies.insert(name.to_owned(), value.clone());
                let page = other.open("/account").await.page();
                let is_its_own = browser.cookies.get(name) == Some(value);
                assert!(page.has("login-form") || is_its_own, "{kind} as the cookie {name}");
            }
            if *kind != "a sealed request" {
                let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
                assert_ne!(app.browser().get(&format!("/login?t={encoded}")).await.status, 200, "{kind} as a request under way");
            }
        }
        rp.redeem(&unused).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn two_sign_ins_in_two_tabs_end_each_at_its_own_application() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let one = app.relying_party().await;
        let other = app.client(|metadata| metadata.redirect_uris = vec!["https://other.example/cb".to_owned()]).await;
        let mut browser = app.browser();
        let first = browser.open(&one.url(&[("state", "one")])).await.page();
        let second = browser.open(&other.url(&[("state", "other")])).await.page();
        let consent = browser.sign_in(&second, "ada").await.page();
        let theirs = query(&browser.press(&consent, "consent-form", "consent-approve").await.away());
        assert_eq!(theirs["state"], "other");
        // The first tab goes on as soon as it is loaded again.
        let consent = browser.open(&first.url).await.page();
        let back = browser.press(&consent, "consent-form", "consent-approve").await.away();
        assert!(back.starts_with("https://rp.example/cb"), "{back}");
        let ours = query(&back);
        assert_eq!(ours["state"], "one");
        one.redeem(&theirs["code"]).await.is(400, "invalid_grant");
        other.redeem(&ours["code"]).await.is(400, "invalid_grant");
        one.redeem(&ours["code"]).await.ok();
        other.redeem(&theirs["code"]).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_without_a_registered_address_never_gets_one_by_asking() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(|metadata| metadata.redirect_uris.clear()).await;
        for _ in 0..2 {
            for uri in ["https://rp.example/cb", "-"] {
                let url = format!("{}/oauth2/authorize?client_id={}&response_type=code&scope=openid", app.base, rp.id());
                let url = if uri == "-" { url } else { format!("{url}&redirect_uri=https%3A%2F%2Frp.example%2Fcb") };
                let page = app.browser().get(&url).await;
                assert_eq!(page.status, 400);
                assert!(page.has("error-page") && page.headers.get("location").is_none());
            }
        }
        let stored = app.app.sql.client_by_id(rp.id()).await.expect("read").expect("a client");
        assert!(stored.metadata.redirect_uris.is_empty());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_redemption_without_the_address_or_with_another_registered_one_is_refused() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let second = "https://rp.example/other";
        let rp = app.client(|metadata| metadata.redirect_uris.push(second.to_owned())).await;
        let code = rp.code("ada").await;
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", VERIFIER)];
        rp.token(&fields).await.is(400, "invalid_grant");
        let mut other = fields.to_vec();
        other.push(("redirect_uri", second));
        rp.token(&other).await.is(400, "invalid_grant");
        rp.redeem(&code).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn addresses_that_run_or_read_something_are_never_registered() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.admin("root").await;
        let mut browser = app.browser();
        let page = browser.open("/login").await.page();
        browser.sign_in(&page, "root").await.page();
        let page = browser.open("/admin/clients/new").await.page();
        for scheme in
            ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:x", "about:blank"]
        {
            for uri in [scheme.to_owned(), format!("\u{1}{scheme}"), format!("java\tscript:{scheme}")] {
                for field in ["redirect_uris", "post_logout_redirect_uris", "client_uri", "logo_uri", "policy_uri", "tos_uri"] {
                    let mut values = vec![("client_name", "Bad"), ("redirect_uris", "https://rp.example/cb")];
                    values.retain(|(name, _)| *name != field);
                    values.push((field, &uri));
                    let answer = browser.submit(&page, "client-form", &values).await.page();
                    assert!(answer.has("client-form"), "{field} {uri:?}: {} {}", answer.status, answer.url);
                }
            }
        }
        assert!(app.app.sql.clients_by_name("Bad").await.expect("read").is_empty());
        app.stop().await;
    })
    .await;
}
