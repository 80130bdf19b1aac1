//! The first administrator.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::browser::Page;

#[tokio::test]
async fn the_setup_link_makes_one_administrator_and_then_is_gone() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let link = authy::accounts::setup::new_link(&app.app).await.expect("made").expect("a link");
        assert!(link.starts_with(&format!("{}/setup?token=", app.base)));
        let older = link.clone();
        let link = authy::accounts::setup::new_link(&app.app).await.expect("made").expect("a link");
        let mut browser = app.browser();
        assert_eq!(browser.get(&older).await.status, 200, "nodes that start together all print one that works");
        assert_ne!(browser.get("/setup?token=wrong").await.status, 200);
        let page = browser.open(&link).await.page();
        assert!(["setup-form", "email", "username", "password", "setup-submit"].iter().all(|id| page.has(id)));
        let weak =
            browser.submit(&page, "setup-form", &[("email", "root@example.org"), ("username", "root"), ("password", "short")]).await.page();
        assert!(weak.has("setup-form") && weak.body.contains("root@example.org"), "nothing typed is lost");
        let values = [("email", "root@example.org"), ("username", "root"), ("password", "a long password")];
        let landing = browser.submit(&page, "setup-form", &values).await.page();
        assert!(landing.url.ends_with("/admin") && landing.status == 200, "{} {}", landing.status, landing.url);
        assert_eq!(app.browser().get(&link).await.status, 404);
        assert_eq!(app.browser().get(&older).await.status, 404);
        assert_eq!(app.browser().get("/setup").await.status, 404);
        assert!(authy::accounts::setup::new_link(&app.app).await.expect("asked").is_none());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn every_field_that_cannot_be_taken_is_marked_at_once_and_what_was_typed_is_kept() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let link = authy::accounts::setup::new_link(&app.app).await.expect("made").expect("a link");
        let mut browser = app.browser();
        let page = browser.open(&link).await.page();
        let marked = |page: &Page| ["email", "username", "password"].map(|field| page.has(&format!("{field}-error")));
        let empty = browser.submit(&page, "setup-form", &[]).await.page();
        assert_eq!((empty.status, marked(&empty)), (422, [true; 3]), "{}", empty.body);
        let values = [("email", "root@example.org"), ("username", "ro\u{b}ot"), ("password", "a long password")];
        let odd = browser.submit(&page, "setup-form", &values).await.page();
        assert_eq!((odd.status, marked(&odd)), (422, [false, true, false]), "{}", odd.body);
        assert!(odd.body.contains("value=\"root@example.org\"") && !odd.body.contains("a long password"), "{}", odd.body);
        app.stop().await;
    })
    .await;
}
