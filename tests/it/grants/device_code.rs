//! RFC 8628.

mod guesses;

use std::time::Duration;

use authy::model::client::AuthMethod;
use authy::secret::TokenHash;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::elsewhere::{self, DEVICE_CODE, question};
use crate::support::relying_party::{Answer, RelyingParty};

/// A client on a device: public, without a redirect URI.
async fn device(app: &TestApp) -> RelyingParty<'_> {
    app.client(|metadata| {
        metadata.auth_method = Some(AuthMethod::None);
        metadata.redirect_uris.clear();
        metadata.grant_types = [DEVICE_CODE, "refresh_token"].map(str::to_owned).to_vec();
    })
    .await
}

async fn start(rp: &RelyingParty<'_>, scope: &str) -> Answer {
    elsewhere::start(rp, &[("scope", scope)]).await
}

async fn poll(rp: &RelyingParty<'_>, device_code: &str) -> Answer {
    elsewhere::poll_device(rp, device_code, &[]).await
}

/// Runs a test with a person, ada, and a television.
async fn with_a_television(test: impl AsyncFn(&TestApp, &RelyingParty<'_>)) {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        test(&app, &device(&app).await).await;
        app.stop().await;
    })
    .await;
}

/// As when Redis fails over before the mark of the first use has reached the other one.
#[tokio::test]
async fn a_device_code_whose_use_the_short_lived_store_forgot_is_a_replay_all_the_same() {
    with_a_television(async |app, tv| {
        let started = start(tv, "openid offline_access").await.ok();
        elsewhere::allow_device(app, &started, "ada").await;
        let (code, kv) = (started.text("device_code"), &app.app.kv);
        let key = format!("device-outcome:{}", TokenHash::of(&code).hex());
        let before = kv.get(&key).await.expect("the store").expect("an answer");
        let tokens = poll(tv, &code).await.ok();
        kv.put(&key, &before, Duration::from_secs(60)).await.expect("the store");
        poll(tv, &code).await.is(400, "invalid_grant");
        tv.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_person_connects_a_device_after_comparing_the_code() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let tv = device(&app).await;
        let started = start(&tv, "openid profile offline_access").await.ok();
        assert_eq!((started.body["expires_in"].as_u64(), started.body["interval"].as_u64()), (Some(600), Some(5)));
        let (code, user_code) = (started.text("device_code"), started.text("user_code"));
        assert_eq!(started.headers["cache-control"], "no-store");
        poll(&tv, &code).await.is(400, "authorization_pending");

        // The short way: sign in, type the code in lower case and without its dash, compare, allow.
        let mut browser = app.browser();
        let page = browser.open(&started.text("verification_uri")).await.page();
        let page = browser.sign_in(&page, "ada").await.page();
        let typed = user_code.replace('-', "").to_lowercase();
        let page = browser.submit(&page, "device-form", &[("user_code", &typed)]).await.page();
        for shown in [user_code.as_str(), "Example application", "127.0.0.1", "Recognize you", "while you are away"] {
            assert!(page.body.contains(shown), "{shown} is not shown:\n{}", page.body);
        }
        assert!(page.has("device-deny"));
        let done = browser.press(&page, "device-form", "device-allow").await.page();
        assert!(done.has("device-done"), "{}", done.body);

        let tokens = poll(&tv, &code).await.ok();
        assert_eq!(tokens.body["scope"], "openid profile offline_access");
        assert_eq!(tokens.id_claims()["sub"], ada.subject);
        assert_eq!(tv.userinfo(&tokens.access_token()).await.ok().body["preferred_username"], "ada");
        tv.refresh(&tokens.refresh_token()).await.ok();
        poll(&tv, &code).await.is(400, "invalid_grant"); // one redemption
        let consent = app.app.sql.consent_of(&ada.subject, tv.id()).await.expect("the database").expect("remembered");
        assert_eq!(consent.scopes, ["offline_access", "openid", "profile"]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_address_that_brings_the_code_still_asks() {
    with_a_television(async |app, tv| {
        let started = start(tv, "openid").await.ok();
        let mut browser = app.browser();
        let page = question(&mut browser, &started, "ada").await;
        assert!(page.has("device-allow") && page.body.contains(&started.text("user_code")), "{}", page.body);
        poll(tv, &started.text("device_code")).await.is(400, "authorization_pending");
        let page = browser.press(&page, "device-form", "device-deny").await.page();
        assert!(page.has("device-done"), "{}", page.body);
        poll(tv, &started.text("device_code")).await.is(400, "access_denied");
    })
    .await;
}

#[tokio::test]
async fn a_page_elsewhere_fills_the_form_and_uses_up_no_tries() {
    with_a_television(async |app, tv| {
        let started = start(tv, "openid").await.ok();
        let mut browser = app.browser();
        let page = browser.open("/login").await.page();
        browser.sign_in(&page, "ada").await;
        browser.headers.insert("sec-fetch-site", "cross-site".parse().expect("a value"));
        for code in ["BBBB-BBBB", "<b>", "BBBB-CCCC", "BBBB-DDDD", "BBBB-FFFF", "BBBB-GGGG", &started.text("user_code")] {
            let page = browser.open(&format!("/device?user_code={code}")).await.page();
            assert!(page.status == 200 && page.has("device-submit") && !page.has("device-allow"), "{code}: {}", page.body);
        }
        let page = browser.open(&started.text("verification_uri_complete")).await.page();
        browser.headers.remove("sec-fetch-site");
        let page = browser.press(&page, "device-form", "device-submit").await.page();
        assert!(page.has("device-allow"), "{}", page.body);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_slowed_down_and_one_that_waits_too_long_starts_again() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let tv = device(&app).await;
        let code = start(&tv, "openid").await.ok().text("device_code");
        poll(&tv, &code).await.is(400, "authorization_pending");
        poll(&tv, &code).await.is(400, "slow_down");
        app.advance(Duration::from_secs(6));
        poll(&tv, &code).await.is(400, "slow_down"); // the interval has grown to ten seconds
        app.advance(Duration::from_secs(16));
        poll(&tv, &code).await.is(400, "authorization_pending");
        let other = device(&app).await;
        poll(&other, &code).await.is(400, "invalid_grant"); // nothing about its state, and no scope
        app.advance(Duration::from_secs(600));
        poll(&tv, &code).await.is(400, "expired_token");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn many_answers_have_one_outcome() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut people = Vec::new();
        let tv = device(&app).await;
        let started = start(&tv, "openid").await.ok();
        for name in ["ada", "grace", "edsger"] {
            app.user(name).await;
            let mut browser = app.browser();
            let page = question(&mut browser, &started, name).await;
            people.push((browser, page));
        }
        let buttons = ["device-allow", "device-allow", "device-deny"];
        let answers = people.iter_mut().zip(buttons).map(|((browser, page), button)| browser.press(page, "device-form", button));
        let pages = futures_util::future::join_all(answers).await;
        let done = pages.into_iter().filter(|landing| landing.clone().page().has("device-done")).count();
        assert_eq!(done, 1, "one answer counts");
        // Whoever was late cannot change it, not even by sending the form again.
        for (browser, page) in &mut people {
            assert!(!browser.press(page, "device-form", "device-allow").await.page().has("device-done"));
        }
        let codes = started.text("device_code");
        let first = poll(&tv, &codes).await;
        assert!(matches!(first.body["error"].as_str(), None | Some("access_denied")), "{}", first.body);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn parallel_redemptions_give_tokens_once() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let tv = device(&app).await;
        let started = start(&tv, "openid").await.ok();
        let mut browser = app.browser();
        let page = question(&mut browser, &started, "ada").await;
        browser.press(&page, "device-form", "device-allow").await;
        let code = started.text("device_code");
        let answers = futures_util::future::join_all((0..20).map(|_| poll(&tv, &code))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.body["error"] == "invalid_grant"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_ticket_of_another_session_and_a_form_of_another_site_decide_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("mallory").await;
        let tv = device(&app).await;
        let started = start(&tv, "openid").await.ok();
        let mut mallory = app.browser();
        let stolen = question(&mut mallory, &started, "mallory").await.form("device-form").1;
        let ticket = stolen.iter().find(|(name, _)| name == "device").expect("a ticket").1.clone();
        let mut ada = app.browser();
        let page = ada.open("/device").await.page();
        let page = ada.sign_in(&page, "ada").await.page();
        let landed = ada.submit(&page, "device-form", &[("device", &ticket), ("decision", "allow")]).await.page();
        assert!(!landed.has("device-done"));
        let without_token = [("device".to_owned(), ticket), ("decision".to_owned(), "allow".to_owned())];
        assert_eq!(mallory.post("/device", &without_token).await.status, 403);
        poll(&tv, &started.text("device_code")).await.is(400, "authorization_pending");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn only_what_is_registered_can_be_asked_for() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let tv = device(&app).await;
        start(&tv, "admin").await.is(400, "invalid_scope");
        app.relying_party().await.post("/oauth2/device_authorization", &[]).await.is(400, "unauthorized_client");
        tv.post("/oauth2/device_authorization", &[("resource", "https://nobody.example/")]).await.is(400, "invalid_target");
        let web = app.client(|metadata| metadata.grant_types.push(DEVICE_CODE.to_owned())).await;
        let preflight = crate::support::http::client()
            .request(reqwest::Method::OPTIONS, format!("{}/oauth2/device_authorization", app.base))
            .header("origin", "https://rp.example")
            .send()
            .await
            .expect("an answer");
        assert_eq!(preflight.headers()["access-control-allow-origin"], "https://rp.example");
        start(&web, "openid").await.ok();
        let metadata = app.get_json("/.well-known/oauth-authorization-server").await;
        assert_eq!(metadata["device_authorization_endpoint"], format!("{}/oauth2/device_authorization", app.base));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_locked_person_a_disabled_client_and_an_ended_session_get_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let tv = device(&app).await;
        let mut browser = app.browser();
        let mut approved = async || {
            let started = start(&tv, "openid").await.ok();
            let page = question(&mut browser, &started, "ada").await;
            assert!(browser.press(&page, "device-form", "device-allow").await.page().has("device-done"));
            (started.text("device_code"), browser.clone())
        };
        let (code, _) = approved().await;
        app.app.sql.lock_user(&ada.subject, Some(app.now()), &app.event("user.locked")).await.expect("locked");
        app.app.forget_user(&ada.subject);
        poll(&tv, &code).await.is(400, "invalid_grant");
        app.app.sql.lock_user(&ada.subject, None, &app.event("user.unlocked")).await.expect("unlocked");
        app.app.forget_user(&ada.subject);
        poll(&tv, &code).await.ok();

        let (code, mut browser) = approved().await;
        let page = browser.open("/logout").await.page();
        browser.submit(&page, "logout-form", &[]).await;
        poll(&tv, &code).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_recorded_and_a_late_one_is_not() {
    with_a_television(async |app, tv| {
        let started = start(tv, "openid").await.ok();
        let mut browser = app.browser();
        let page = question(&mut browser, &started, "ada").await;
        browser.press(&page, "device-form", "device-allow").await.page();
        browser.press(&page, "device-form", "device-deny").await.page();
        let events = app.app.sql.audit_page(&authy::store::sql::AuditFilter::default(), None, 100).await.expect("events");
        let answers: Vec<&str> = events.iter().map(|event| event.kind.as_str()).filter(|kind| kind.starts_with("device.")).collect();
        assert_eq!(answers, ["device.approved"]);
        poll(tv, &started.text("device_code")).await.ok();
    })
    .await;
}
