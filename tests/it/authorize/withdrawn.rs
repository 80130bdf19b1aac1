//! An approval that was taken back on another node, while this one still remembers it.

use std::time::Duration;

use crate::support::relying_party::query;
use crate::support::scene::with_ada;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_remembered_approval_gives_nothing_once_it_was_taken_back_elsewhere() {
    with_ada(async |app, ada| {
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        for (scope, outlives) in [("openid", false), ("read", false), ("openid offline_access", true)] {
            let silent = rp.url(&[("prompt", "none"), ("scope", scope)]);
            browser.walk(&rp.url(&[("scope", scope)]), "ada").await;
            let before = query(&browser.open(&silent).await.away()); // from here on it is remembered
            rp.redeem(&before["code"]).await.ok();
            app.advance(SECOND);
            // As another node does it: this one is not told.
            let event = app.event("consent.withdrawn");
            assert!(app.app.sql.forget_consent(&ada.subject, rp.id(), app.now(), &event).await.expect("the database"));
            app.advance(SECOND);
            let after = query(&browser.open(&silent).await.away());
            match after.get("code") {
                Some(code) => {
                    assert!(!outlives, "{after:?}");
                    rp.redeem(code).await.is(400, "invalid_grant");
                }
                // Where tokens would last, or this machine is too slow to remember, SQL is asked.
                None => assert_eq!(after["error"], "consent_required"),
            }
            app.app.forget_approvals();
            assert!(browser.open(&rp.url(&[("scope", scope)])).await.page().has("consent-form"));
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_person_agreed_to_before_they_took_it_back_is_void_and_what_they_agree_to_then_is_not() {
    with_ada(async |app, _| {
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        app.advance(SECOND);
        let apps = browser.open("/account/apps").await.page();
        browser.press(&apps, &format!("app-form-{}", rp.id()), &format!("app-revoke-{}", rp.id())).await.page();
        rp.redeem(&code).await.is(400, "invalid_grant");
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        rp.redeem(&code).await.ok();
    })
    .await;
}
