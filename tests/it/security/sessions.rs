//! Sessions: renewed at sign-in, dead after sign-out, and nobody else's.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

#[tokio::test]
async fn a_cookie_set_beforehand_is_not_the_one_after_sign_in_and_sign_out_leaves_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await.with_scope("openid profile");
        let mut browser = app.browser();
        for name in ["authy_session", "authy_admin"] {
            browser.cookies.insert(name.to_owned(), "se_chosen_by_the_attacker".to_owned());
        }
        let page = browser.open("/login").await.page();
        let (before, token_before) = (browser.cookies.clone(), page.form("login-form").1);
        browser.sign_in(&page, "ada").await.page();
        let session = browser.cookies["authy_session"].clone();
        assert_ne!(Some(&session), before.get("authy_session"));
        let token_after = browser.open("/account/security").await.page().form("password-form").1;
        assert!(token_after.iter().filter(|(name, _)| name == "csrf_token").all(|field| !token_before.contains(field)));

        // Signing in again renews it once more.
        app.advance(std::time::Duration::from_secs(2));
        let page = browser.open(&rp.url(&[("prompt", "login")])).await.page();
        let consent = browser.sign_in(&page, "ada").await.page();
        let renewed = browser.cookies["authy_session"].clone();
        assert_ne!(renewed, session);
        let mut old = app.browser();
        old.cookies.insert("authy_session".to_owned(), session);
        assert!(old.open("/account").await.page().has("login-form"), "the session before has ended");
        let code = query(&browser.press(&consent, "consent-form", "consent-approve").await.away())["code"].clone();
        let tokens = rp.redeem(&code).await.ok();

        let page = browser.open("/logout").await.page();
        browser.submit(&page, "logout-form", &[]).await.page();
        let mut stolen = app.browser();
        stolen.cookies.insert("authy_session".to_owned(), renewed);
        assert!(stolen.open("/account").await.page().has("login-form"));
        assert!(!rp.is_active(&tokens.access_token()).await, "what hung from the session went with it");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_signs_in_next_in_the_same_browser_finds_nothing_of_the_person_before() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let eve = app.user("eve").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let first = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok().id_claims();
        let page = browser.open("/logout").await.page();
        browser.submit(&page, "logout-form", &[]).await.page();
        let silent = browser.open(&rp.url(&[("prompt", "none")])).await.away();
        assert_eq!(query(&silent)["error"], "login_required");
        let second = rp.redeem(&rp.code_in(&mut browser, "eve", &[]).await).await.ok().id_claims();
        assert_eq!((first["sub"].as_str(), second["sub"].as_str()), (Some(ada.subject.as_str()), Some(eve.subject.as_str())));
        assert_ne!(first["sid"], second["sid"]);
        for path in ["/account", "/account/sessions", "/account/apps"] {
            let page = browser.open(path).await.page();
            assert!(!page.body.contains("ada@example.org") && !page.body.contains(&ada.subject), "{path}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn over_http_on_loopback_the_cookies_have_plain_names_and_the_right_attributes() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.admin("root").await;
        let mut browser = app.browser();
        let page = browser.get("/login").await;
        let (action, mut fields) = page.form("login-form");
        fields.retain(|(name, _)| !matches!(name.as_str(), "username" | "password"));
        fields.extend(
            [("username", "root"), ("password", crate::support::app::PASSWORD)].map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let answer = browser.post(&action, &fields).await;
        let cookies: Vec<_> = page
            .headers
            .get_all("set-cookie")
            .iter()
            .chain(answer.headers.get_all("set-cookie"))
            .map(|cookie| cookie.to_str().expect("text"))
            .collect();
        for (name, same_site) in [("authy_pre", "Lax"), ("authy_session", "Lax"), ("authy_admin", "Strict")] {
            let cookie =
                cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).unwrap_or_else(|| panic!("no {name} in {cookies:?}"));
            for attribute in ["HttpOnly".to_owned(), "Path=/".to_owned(), format!("SameSite={same_site}")] {
                assert!(cookie.contains(&attribute), "{cookie}");
            }
            assert!(!cookie.contains("Secure") && !cookie.contains("Domain="), "{cookie}");
        }
        app.stop().await;
    })
    .await;
}
