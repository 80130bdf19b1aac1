//! What every page and every answer carries.

use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn every_page_is_locked_down() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.admin("root").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        let error = browser.open("/oauth2/authorize?client_id=nobody").await.page();
        let missing = browser.open("/nowhere").await.page();
        let consent = browser.sign_in(&login, "root").await.page();
        let mut pages = vec![login, error, missing, consent];
        for path in [
            "/account",
            "/account/security",
            "/account/sessions",
            "/account/apps",
            "/logout",
            "/admin",
            "/admin/clients",
            "/admin/clients/new",
            "/admin/users",
        ] {
            pages.push(browser.open(path).await.page());
        }
        for page in pages {
            let header = |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let policy = header("content-security-policy");
            for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
                assert!(policy.contains(part), "{}: {policy}", page.url);
            }
            assert!(!policy.contains("unsafe-"), "{}: {policy}", page.url);
            assert_eq!(header("x-frame-options"), "DENY", "{}", page.url);
            assert_eq!(header("referrer-policy"), "same-origin", "{}", page.url);
            assert_eq!(header("x-content-type-options"), "nosniff", "{}", page.url);
            assert!(header("cache-control").contains("no-store"), "{}", page.url);
            assert!(header("content-type").starts_with("text/html"), "{}", page.url);
            assert!(!page.body.contains("<script>") && !page.body.contains(" style=\"") && !page.body.contains("onload="), "{}", page.url);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn hostile_text_is_shown_as_text() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        for hostile in ["\"><img src=x onerror=1>", "'-alert(1)-'", "javascript&#58;", "</title><script>x</script>"] {
            let page = app.browser().open(&rp.url(&[("login_hint", hostile), ("ui_locales", hostile), ("state", hostile)])).await.page();
            assert!(!page.body.contains("<img src=x") && !page.body.contains("<script>x"), "{}", page.body);
            let page = app.browser().open(&rp.url(&[("client_id", hostile)])).await.page();
            assert!(!page.body.contains("<img src=x") && !page.body.contains("<script>x"), "{}", page.body);
            let posted = rp.url(&[("response_mode", "form_post"), ("prompt", "none"), ("state", hostile)]);
            let page = app.browser().open(&posted).await.page();
            assert!(page.has("form-post-form"), "{}", page.body);
            assert!(
                !page.body.contains("<img src=x") && !page.body.contains("<script>x") && !page.body.contains("onload="),
                "{}",
                page.body
            );
            let (action, fields) = page.form("form-post-form");
            assert_eq!(action, "https://rp.example/cb");
            assert!(fields.contains(&("state".to_owned(), hostile.to_owned())), "{fields:?}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn json_errors_are_json_with_a_constant_sentence_and_an_id() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let refused = rp.redeem("ac_nonsense").await;
        refused.is(400, "invalid_grant");
        assert!(refused.headers["content-type"].to_str().expect("text").starts_with("application/json"));
        assert_eq!(refused.headers["x-content-type-options"], "nosniff");
        assert_eq!(refused.headers["cache-control"], "no-store");
        let id = refused.headers["authy-error-id"].to_str().expect("text").to_owned();
        assert_eq!(refused.text("error_uri"), format!("{}/errors/invalid_grant?id={id}", app.base));
        assert_eq!(refused.body.as_object().expect("an object").len(), 3);
        assert!(refused.text("error_description").bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b'"' && byte != b'\\'));
        let page = app.browser().get(&format!("/errors/invalid_grant?id={id}")).await;
        assert_eq!(page.status, 200);
        app.stop().await;
    })
    .await;
}
