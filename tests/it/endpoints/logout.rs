//! OIDC RP-Initiated Logout §2, §3.

use authy::jose::Algorithm;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::relying_party::query;
use crate::support::{backends, signer};

fn logout_url(app: &TestApp, params: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    format!("{}/oauth2/logout?{query}", app.base)
}

#[tokio::test]
async fn a_hint_about_this_session_signs_out_and_returns_with_state_alone() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await.with_scope("openid profile");
        let offline = app.relying_party().await;
        let mut browser = app.browser();
        let tokens = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        let kept = offline.redeem(&offline.code_in(&mut browser, "ada", &[]).await).await.ok();
        let hint = tokens.text("id_token");
        let url = logout_url(&app, &[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://rp.example/bye"), ("state", "s 1")]);
        assert_eq!(browser.open(&url).await.away(), "https://rp.example/bye?state=s+1");
        let silent = browser.open(&rp.url(&[("prompt", "none")])).await.away();
        assert_eq!(query(&silent)["error"], "login_required");
        assert!(!rp.is_active(&tokens.access_token()).await, "its grant died with the session");
        offline.refresh(&kept.refresh_token()).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_proven_address_nobody_is_redirected() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let other = app.client(|metadata| metadata.post_logout_redirect_uris = vec!["https://other.example/bye".to_owned()]).await;
        let mut browser = app.browser();
        let hint = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok().text("id_token");
        let foreign = other.login("ada").await.text("id_token");
        let forged = format!("{}AAAA", &hint[..hint.len() - 4]);
        let cases: &[&[(&str, &str)]] = &[
            &[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://evil.example/")],
            &[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://rp.example/bye?x=1")],
            &[("post_logout_redirect_uri", "https://rp.example/bye")],
            &[("id_token_hint", &forged), ("post_logout_redirect_uri", "https://rp.example/bye")],
            &[("id_token_hint", &foreign), ("post_logout_redirect_uri", "https://rp.example/bye")],
            &[("id_token_hint", "a.b.c")],
        ];
        for case in cases {
            let page = browser.open(&logout_url(&app, case)).await.page();
            assert_eq!(page.status, 400, "{case:?}");
            assert!(page.has("error-page"), "{case:?}");
        }
        let still = browser.open(&rp.url(&[("prompt", "none")])).await.away();
        assert!(query(&still).contains_key("code"), "nobody was signed out by any of them");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_bare_request_asks_first_and_then_shows_that_it_is_done() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        rp.code_in(&mut browser, "ada", &[]).await;
        let page = browser.open("/oauth2/logout?state=x").await.page();
        assert!(page.has("logout-form") && page.has("logout-confirm"), "{}", page.body);
        let done = browser.press(&page, "logout-form", "logout-confirm").await.page();
        assert!(done.has("logout-done"));
        assert_eq!(query(&browser.open(&rp.url(&[("prompt", "none")])).await.away())["error"], "login_required");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn without_the_cookie_the_session_of_the_hint_ends_only_after_a_confirmation() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let hint = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok().text("id_token");
        let mut elsewhere = app.browser();
        let url = logout_url(&app, &[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://rp.example/bye")]);
        let page = elsewhere.open(&url).await.page();
        assert!(page.has("logout-form"), "{}", page.body);
        assert!(query(&browser.open(&rp.url(&[("prompt", "none")])).await.away()).contains_key("code"));
        assert_eq!(elsewhere.press(&page, "logout-form", "logout-confirm").await.away(), "https://rp.example/bye");
        assert_eq!(query(&browser.open(&rp.url(&[("prompt", "none")])).await.away())["error"], "login_required");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_expired_hint_still_says_which_session_is_meant() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let hint = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok().text("id_token");
        app.advance(std::time::Duration::from_secs(2 * 3600));
        let url = logout_url(
            &app,
            &[
                ("id_token_hint", &hint),
                ("client_id", rp.id()),
                ("post_logout_redirect_uri", "https://rp.example/bye"),
                ("ui_locales", "de xx"),
                ("logout_hint", "ada"),
            ],
        );
        assert_eq!(browser.open(&url).await.away(), "https://rp.example/bye");
        // Signed out already, the client alone is enough to go back: there is nothing to end.
        let again = logout_url(&app, &[("client_id", rp.id()), ("post_logout_redirect_uri", "https://rp.example/bye"), ("state", "s")]);
        assert_eq!(browser.open(&again).await.away(), "https://rp.example/bye?state=s");
        app.stop().await;
    })
    .await;
}

/// OIDC RP-Initiated Logout §2: whoever is signed in is asked when the request proves too little.
#[tokio::test]
async fn the_client_alone_asks_first() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        rp.code_in(&mut browser, "ada", &[]).await;
        let url = logout_url(&app, &[("client_id", rp.id()), ("post_logout_redirect_uri", "https://rp.example/bye"), ("state", "s")]);
        let page = browser.open(&url).await.page();
        assert!(page.has("logout-form"), "{}", page.body);
        assert_eq!(browser.press(&page, "logout-form", "logout-confirm").await.away(), "https://rp.example/bye?state=s");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_hint_without_a_session_signs_out_the_person_it_names_and_asks_about_anybody_else() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("eve").await;
        let rp = app.relying_party().await;
        let (mut adas, mut eves) = (app.browser(), app.browser());
        let tokens = rp.redeem(&rp.code_in(&mut adas, "ada", &[]).await).await.ok();
        rp.code_in(&mut eves, "eve", &[]).await;
        // As clients of FAPI get them.
        let claims = signer::with(tokens.id_claims(), &json!({"sid": null}));
        let signed = |claims: &Value| {
            app.app.keys.current().set.signer(Algorithm::RS256, app.now()).expect("a signer").sign(None, claims).expect("signed")
        };
        let hint = signed(&claims);
        let url = logout_url(&app, &[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://rp.example/bye")]);
        assert!(eves.open(&url).await.page().has("logout-form"));
        assert_eq!(adas.open(&url).await.away(), "https://rp.example/bye");
        assert_eq!(query(&adas.open(&rp.url(&[("prompt", "none")])).await.away())["error"], "login_required");
        assert_eq!(app.browser().open(&url).await.away(), "https://rp.example/bye", "nobody is signed in there");
        let url = logout_url(&app, &[("id_token_hint", &signed(&signer::with(claims, &json!({"sub": null}))))]);
        assert_eq!(eves.get(&url).await.status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_signs_in_next_in_the_same_browser_reaches_nothing_of_the_one_before() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("eve").await;
        let rp = app.relying_party().await.with_scope("openid profile");
        let mut browser = app.browser();
        let adas = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        let unredeemed = rp.code_in(&mut browser, "ada", &[]).await;
        let before = browser.cookies.clone();
        let page = browser.open("/logout").await.page();
        browser.press(&page, "logout-form", "logout-confirm").await.page();
        let eves = rp.redeem(&rp.code_in(&mut browser, "eve", &[]).await).await.ok();
        assert_ne!(adas.id_claims()["sid"], eves.id_claims()["sid"]);
        assert_ne!(adas.id_claims()["sub"], eves.id_claims()["sub"]);
        assert!(!rp.is_active(&adas.access_token()).await);
        rp.redeem(&unredeemed).await.is(400, "invalid_grant");
        let mut old = app.browser();
        old.cookies = before;
        assert_eq!(query(&old.open(&rp.url(&[("prompt", "none")])).await.away())["error"], "login_required");
        // A hint of the one before does not end the session of the one who is here now without asking.
        let url = logout_url(&app, &[("id_token_hint", &adas.text("id_token"))]);
        assert!(browser.open(&url).await.page().has("logout-form"));
        app.stop().await;
    })
    .await;
}
