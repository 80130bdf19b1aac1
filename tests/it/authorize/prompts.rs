//! OIDC Core §3.1.2.1: prompt, max_age and the hints.

use std::time::Duration;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

#[tokio::test]
async fn a_session_answers_silently_and_keeps_auth_time() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        let first = rp.redeem(&code).await.ok().id_claims();
        app.advance(Duration::from_secs(100));
        let back = browser.open(&rp.url(&[("prompt", "none"), ("max_age", "10000")])).await.away();
        let second = rp.redeem(&query(&back)["code"]).await.ok().id_claims();
        for same in ["sub", "auth_time", "sid"] {
            assert_eq!(first[same], second[same], "{same}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn prompt_login_and_an_old_sign_in_ask_for_the_password_again() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        let first = rp.redeem(&code).await.ok().id_claims();
        for again in [[("prompt", "login")], [("max_age", "1")], [("max_age", "0")]] {
            app.advance(Duration::from_secs(10));
            let before = browser.cookies.clone();
            let page = browser.open(&rp.url(&again)).await.page();
            assert!(page.has("login-form"), "{again:?}");
            let back = browser.sign_in(&page, "ada").await.away();
            let claims = rp.redeem(&query(&back)["code"]).await.ok().id_claims();
            assert!(claims["auth_time"].as_i64() > first["auth_time"].as_i64(), "{again:?}");
            assert_ne!(before.get("authy_session"), browser.cookies.get("authy_session"), "the session id is renewed");
        }
        app.advance(Duration::from_secs(1));
        let silent = browser.open(&rp.url(&[("prompt", "none"), ("max_age", "0")])).await.away();
        assert_eq!(query(&silent)["error"], "login_required");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_hint_about_somebody_else_asks_for_them() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("bob").await;
        let rp = app.relying_party().await;
        let bobs = rp.login("bob").await.text("id_token");
        let mut browser = app.browser();
        let adas = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok().text("id_token");
        let silent = browser.open(&rp.url(&[("prompt", "none"), ("id_token_hint", &adas)])).await.away();
        assert!(query(&silent).contains_key("code"));
        let silent = browser.open(&rp.url(&[("prompt", "none"), ("id_token_hint", &bobs)])).await.away();
        assert_eq!(query(&silent)["error"], "login_required");
        assert!(browser.open(&rp.url(&[("id_token_hint", &bobs)])).await.page().has("login-form"));
        let forged = format!("{}x", &bobs[..bobs.len() - 1]);
        let refused = browser.open(&rp.url(&[("id_token_hint", &forged)])).await.away();
        assert_eq!(query(&refused)["error"], "invalid_request");
        let access = rp.login("ada").await.access_token();
        let refused = browser.open(&rp.url(&[("id_token_hint", &access)])).await.away();
        assert_eq!(query(&refused)["error"], "invalid_request");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn select_account_offers_the_session_or_another_one() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("bob").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        rp.code_in(&mut browser, "ada", &[]).await;
        app.advance(Duration::from_secs(1));
        let page = browser.open(&rp.url(&[("prompt", "select_account")])).await.page();
        assert!(page.has("select-account-form") && page.has("account-continue") && page.has("account-other"));
        let back = browser.press(&page, "select-account-form", "account-continue").await.away();
        assert!(query(&back).contains_key("code"));
        let page = browser.open(&rp.url(&[("prompt", "select_account")])).await.page();
        let login = browser.press(&page, "select-account-form", "account-other").await.page();
        let landing = browser.sign_in(&login, "bob").await.page();
        let back = browser.press(&landing, "consent-form", "consent-approve").await.away();
        let claims = rp.redeem(&query(&back)["code"]).await.ok().id_claims();
        assert_eq!(claims["preferred_username"], "bob");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_twelve_idle_hours_and_after_seven_days_in_any_case() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        rp.code_in(&mut browser, "ada", &[]).await;
        let silent = rp.url(&[("prompt", "none")]);
        for _ in 0..15 {
            app.advance(Duration::from_secs(11 * 3_600));
            assert!(query(&browser.open(&silent).await.away()).contains_key("code"));
        }
        app.advance(Duration::from_secs(4 * 3_600)); // 169 hours
        assert_eq!(query(&browser.open(&silent).await.away())["error"], "login_required");
        rp.code_in(&mut browser, "ada", &[]).await;
        app.advance(Duration::from_secs(12 * 3_600 + 1));
        assert_eq!(query(&browser.open(&silent).await.away())["error"], "login_required");
        app.stop().await;
    })
    .await;
}
