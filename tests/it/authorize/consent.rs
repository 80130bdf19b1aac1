//! OIDC Core §3.1.2.4.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

#[tokio::test]
async fn an_approval_is_remembered_and_anything_new_asks() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        let consent = browser.sign_in(&login, "ada").await.page();
        assert!(consent.has("consent-form") && consent.has("consent-deny"));
        let back = browser.press(&consent, "consent-form", "consent-approve").await.away();
        assert!(query(&back).contains_key("code"));
        let smaller = browser.open(&rp.url(&[("scope", "openid email")])).await.away();
        assert!(query(&smaller).contains_key("code"));
        let silent = browser.open(&rp.url(&[("prompt", "none"), ("scope", "openid phone")])).await.away();
        assert_eq!(query(&silent)["error"], "consent_required");
        assert!(browser.open(&rp.url(&[("scope", "openid phone")])).await.page().has("consent-form"));
        let claims = r#"{"userinfo":{"birthdate":null}}"#;
        assert!(browser.open(&rp.url(&[("claims", claims)])).await.page().has("consent-form"));
        assert!(browser.open(&rp.url(&[("prompt", "consent")])).await.page().has("consent-form"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_no_goes_back_to_the_client_and_a_form_works_once_and_only_for_its_owner() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("eve").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        let consent = browser.sign_in(&login, "ada").await.page();

        let mut stranger = app.browser();
        let login = stranger.open(&rp.url(&[])).await.page();
        stranger.sign_in(&login, "eve").await.page();
        let stolen = stranger.press(&consent, "consent-form", "consent-approve").await.page();
        assert_eq!(stolen.status, 403, "{}", stolen.body);
        let (action, fields) = consent.form("consent-form");
        let without: Vec<_> = fields.iter().filter(|(name, _)| !name.contains("csrf")).cloned().collect();
        assert_eq!(browser.post(&action, &without).await.status, 403);

        let back = browser.press(&consent, "consent-form", "consent-deny").await.away();
        assert_eq!(query(&back)["error"], "access_denied");
        assert_eq!(query(&back)["state"], "st-1");
        let replay = browser.press(&consent, "consent-form", "consent-approve").await.page();
        assert_eq!(replay.status, 400, "{}", replay.body);
        assert!(browser.open(&rp.url(&[])).await.page().has("consent-form"), "nothing was stored");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_an_administrator_vouches_for_may_skip_the_page() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(|metadata| metadata.skip_consent = true).await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        let back = browser.sign_in(&login, "ada").await.away();
        let tokens = rp.redeem(&query(&back)["code"]).await.ok();
        assert!(tokens.body.get("refresh_token").is_some(), "offline_access was approved by the administrator");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_transaction_of_one_browser_is_worth_nothing_in_another() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut attacker = app.browser();
        let login = attacker.open(&rp.url(&[])).await.page();
        let mut victim = app.browser();
        let page = victim.open(&login.url).await.page();
        assert_eq!(page.status, 400, "{}", page.body);
        let mut no_token = app.browser();
        let fields = [("username".to_owned(), "ada".to_owned()), ("password".to_owned(), crate::support::app::PASSWORD.to_owned())];
        assert_eq!(no_token.post("/login", &fields).await.status, 403); // login CSRF
        app.stop().await;
    })
    .await;
}
