//! OIDC Session Management.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

#[tokio::test]
async fn the_session_state_fits_the_cookie_until_the_session_changes() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| settings.session_management = true).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let back = query(&browser.walk(&rp.url(&[]), "ada").await);
        let (hash, salt) = back["session_state"].split_once('.').expect("a salt");
        let cookie = browser.cookies["authy_opbs"].clone();
        let expected = Sha256::digest(format!("{} https://rp.example {cookie} {salt}", rp.id()));
        assert_eq!(hash, URL_SAFE_NO_PAD.encode(expected));
        let silent = query(&browser.open(&rp.url(&[("prompt", "none")])).await.away());
        assert!(silent.contains_key("session_state"));
        assert_ne!(silent["session_state"], back["session_state"], "each has its own salt");
        let page = browser.open("/logout").await.page();
        browser.press(&page, "logout-form", "logout-confirm").await.page();
        assert!(!browser.cookies.contains_key("authy_opbs"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn its_page_may_be_framed_and_runs_nothing_but_its_script() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| settings.session_management = true).await;
        let discovery = app.get_json("/.well-known/openid-configuration").await;
        let page = app.browser().open(discovery["check_session_iframe"].as_str().unwrap()).await.page();
        assert_eq!(page.status, 200);
        assert!(!page.headers.contains_key("x-frame-options"));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'; script-src 'self';") && policy.ends_with("frame-ancestors *"), "{policy}");
        assert!(page.body.contains("data-cookie=\"authy_opbs\""));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn unless_it_is_switched_on_there_is_none_of_it() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let back = query(&browser.walk(&rp.url(&[]), "ada").await);
        assert!(!back.contains_key("session_state") && !browser.cookies.contains_key("authy_opbs"));
        assert_eq!(browser.open("/oauth2/check_session").await.page().status, 404);
        let discovery = app.get_json("/.well-known/openid-configuration").await;
        assert!(discovery.get("check_session_iframe").is_none());
        for name in ["backchannel_logout_supported", "backchannel_logout_session_supported", "frontchannel_logout_supported"] {
            assert_eq!(discovery[name], true, "{name}");
        }
        app.stop().await;
    })
    .await;
}
