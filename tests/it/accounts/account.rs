//! The account pages: profile, password, sessions, connected applications.

use std::time::Duration;

use crate::support::app::{PASSWORD, TestApp};
use crate::support::backends;
use crate::support::browser::Browser;
use crate::support::relying_party::query;

async fn signed_in(app: &TestApp, username: &str) -> Browser {
    let mut browser = app.browser();
    let page = browser.open("/account").await.page();
    browser.sign_in(&page, username).await.page();
    browser
}

#[tokio::test]
async fn a_person_ends_another_session_and_disconnects_an_application() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let rp = app.relying_party().await;
        let mut phone = app.browser();
        let tokens = rp.redeem(&rp.code_in(&mut phone, "ada", &[]).await).await.ok();
        app.advance(Duration::from_secs(60));
        let mut desk = signed_in(&app, "ada").await;
        let sessions = app.app.sql.sessions_of(&user.subject, app.now()).await.expect("sessions");
        assert_eq!(sessions.len(), 2);
        let phones = sessions.iter().min_by_key(|session| session.created_at).expect("the phone");
        let page = desk.open("/account/sessions").await.page();
        assert!(page.has(&format!("session-revoke-{}", phones.id)), "{}", page.body);
        desk.submit(&page, &format!("session-form-{}", phones.id), &[]).await.page();
        let silent = phone.open(&rp.url(&[("prompt", "none")])).await.away();
        assert_eq!(query(&silent)["error"], "login_required");
        rp.refresh(&tokens.refresh_token()).await.ok();

        let page = desk.open("/account/apps").await.page();
        assert!(page.has(&format!("app-revoke-{}", rp.id())));
        desk.submit(&page, &format!("app-form-{}", rp.id()), &[]).await.page();
        rp.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
        assert!(desk.open(&rp.url(&[])).await.page().has("consent-form"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let mut other = signed_in(&app, "ada").await;
        let mut browser = signed_in(&app, "ada").await;
        let page = browser.open("/account/security").await.page();
        assert!(page.has("password-form"));
        let (_, fields) = page.form("password-form");
        let name = |part: &str| {
            fields.iter().map(|(name, _)| name.clone()).find(|name| name.contains(part)).unwrap_or_else(|| panic!("{fields:?}"))
        };
        let (current, new, again) = (name("current"), name("new"), name("repeat"));
        let wrong = browser
            .submit(&page, "password-form", &[(&current, "not it"), (&new, "a new password 1"), (&again, "a new password 1")])
            .await
            .page();
        assert_ne!(wrong.status, 200, "{}", wrong.body);
        assert!(other.open("/account").await.page().status == 200 && !other.open("/account").await.page().has("login-form"));
        browser
            .submit(&page, "password-form", &[(&current, PASSWORD), (&new, "a new password 1"), (&again, "a new password 1")])
            .await
            .page();
        assert!(other.open("/account").await.page().has("login-form"), "the other session has ended");
        assert!(!browser.open("/account").await.page().has("login-form"), "this one lives on");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_password_that_an_administrator_sets_ends_what_applications_were_given() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        app.admin("root").await;
        let rp = app.relying_party().await.with_scope("openid offline_access");
        let (tokens, code) = (rp.login("ada").await, rp.code("ada").await);
        app.advance(Duration::from_secs(1));
        let mut root = signed_in(&app, "root").await;
        let page = root.open(&format!("/admin/users/{}", ada.subject)).await.page();
        let page = root.submit(&page, "password-form", &[("password", "a new password 2")]).await.page();
        assert_eq!(page.status, 200, "{}", page.body);
        rp.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
        rp.redeem(&code).await.is(400, "invalid_grant");
        assert!(!rp.is_active(&tokens.access_token()).await);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_profile_form_cannot_set_what_is_not_the_persons_to_set() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let mut browser = signed_in(&app, "ada").await;
        let page = browser.open("/account/profile").await.page();
        let document = scraper::Html::parse_document(&page.body);
        let form = document
            .select(&scraper::Selector::parse("main form").expect("a selector"))
            .next()
            .and_then(|form| form.attr("id").map(str::to_owned))
            .expect("a form");
        drop(document);
        let extra = [
            ("given_name", "Augusta"),
            ("email_verified", "false"),
            ("admin", "true"),
            ("groups", "staff"),
            ("subject", "x"),
            ("sub", "x"),
            ("locked_at", "1"),
            ("username", "root"),
            ("email", "root@example.org"),
        ];
        browser.submit(&page, &form, &extra).await.page();
        let after = app.app.sql.user_by_subject(&user.subject).await.expect("read").expect("a user");
        assert_eq!(after.claims["given_name"], "Augusta");
        assert!(!after.admin && after.groups.is_empty() && after.email_verified && after.username == "ada");
        assert_eq!(after.email, user.email);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_profile_form_says_which_field_cannot_be_taken_and_keeps_the_others() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let mut browser = signed_in(&app, "ada").await;
        let page = browser.open("/account/profile").await.page();
        let typed = [("name", "A\u{b}da"), ("nickname", "Countess"), ("website", "nowhere")];
        let again = browser.submit(&page, "profile-form", &typed).await.page();
        assert_eq!(again.status, 422);
        assert!(again.has("name-error") && again.has("website-error") && !again.has("nickname-error"), "{}", again.body);
        assert!(again.body.contains("value=\"Countess\"") && again.body.contains("value=\"nowhere\""), "{}", again.body);
        let saved = browser.submit(&page, "profile-form", &[("name", "Ada Lovelace"), ("nickname", "Countess")]).await.page();
        assert_eq!(saved.status, 200);
        let before = app.app.sql.user_by_subject(&user.subject).await.expect("read").expect("a user");
        assert_eq!((before.name.as_deref(), &before.claims["nickname"]), (Some("Ada Lovelace"), &"Countess".into()));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_field_that_is_missing_from_a_profile_form_is_not_taken_for_an_empty_one() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let mut browser = signed_in(&app, "ada").await;
        let page = browser.open("/account/profile").await.page();
        browser.submit(&page, "profile-form", &[("name", "Ada Lovelace")]).await.page();
        let (action, mut fields) = page.form("profile-form");
        fields.retain(|(name, _)| name == "csrf_token");
        let again = browser.post(&action, &fields).await;
        assert!(again.status == 422 && again.has("name-error") && again.body.contains("value=\"Ada Lovelace\""), "{}", again.body);
        let after = app.app.sql.user_by_subject(&user.subject).await.expect("read").expect("a user");
        assert_eq!(after.name.as_deref(), Some("Ada Lovelace"));
        app.stop().await;
    })
    .await;
}
