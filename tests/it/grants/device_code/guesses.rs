//! Guessing user codes: RFC 8628 §5.1.

use super::{start, with_a_television};
use crate::support::elsewhere::question;

#[tokio::test]
async fn user_codes_cannot_be_guessed_for_long() {
    with_a_television(async |app, tv| {
        let started = start(tv, "openid").await.ok();
        let mut browser = app.browser();
        let page = browser.open("/device").await.page();
        let mut page = browser.sign_in(&page, "ada").await.page();
        for _ in 0..5 {
            page = browser.submit(&page, "device-form", &[("user_code", "BBBB-BBBB")]).await.page();
            assert_eq!(page.status, 400, "{}", page.body);
        }
        // The right code comes too late, by either way, and so it does after signing in again.
        let late = browser.submit(&page, "device-form", &[("user_code", &started.text("user_code"))]).await.page();
        assert_eq!(late.status, 429);
        assert!(late.headers.contains_key("retry-after"));
        let mut again = app.browser();
        let page = question(&mut again, &started, "ada").await;
        assert_eq!(page.status, 429);
    })
    .await;
}

#[tokio::test]
async fn whoever_connects_many_devices_is_not_taken_for_a_guesser_and_a_slip_stays_in_the_field() {
    with_a_television(async |app, tv| {
        let mut browser = app.browser();
        let page = browser.open("/device").await.page();
        let entry = browser.sign_in(&page, "ada").await.page();
        for _ in 0..8 {
            let started = start(tv, "openid").await.ok();
            let page = browser.submit(&entry, "device-form", &[("user_code", &started.text("user_code"))]).await.page();
            assert_eq!(page.status, 200, "{}", page.body);
            browser.press(&page, "device-form", "device-allow").await.page();
        }
        for _ in 0..8 {
            assert_eq!(browser.submit(&entry, "device-form", &[("user_code", "")]).await.page().status, 400, "nothing is no guess");
        }
        let slip = browser.submit(&entry, "device-form", &[("user_code", "BBBB-BBBB")]).await.page();
        assert_eq!(slip.status, 400);
        assert!(slip.form("device-form").1.contains(&("user_code".to_owned(), "BBBB-BBBB".to_owned())), "{}", slip.body);
    })
    .await;
}
