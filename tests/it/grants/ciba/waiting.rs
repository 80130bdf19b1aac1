//! What waits for a person, on their page and in number.

use std::time::Duration;

use super::{ask, client};
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::elsewhere::{answer_request, approvals};

#[tokio::test]
async fn a_client_has_twenty_questions_to_a_person_and_no_more_until_one_is_answered_or_over() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("bob").await;
        let (rp, other) = (client(&app, |_| {}).await, client(&app, |_| {}).await);
        for _ in 0..20 {
            ask(&rp, &[]).await.ok();
        }
        ask(&rp, &[]).await.is(503, "temporarily_unavailable");
        ask(&rp, &[("login_hint", "bob")]).await.ok();
        ask(&other, &[]).await.ok();
        app.advance(Duration::from_secs(100));
        for _ in 0..2 {
            // The newest is that of the other client, or this one's.
            answer_request(&app, "ada", "deny").await;
        }
        ask(&rp, &[]).await.ok();
        app.advance(Duration::from_secs(201));
        for _ in 0..19 {
            ask(&rp, &[]).await.ok();
        }
        ask(&rp, &[]).await.is(503, "temporarily_unavailable");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_page_of_a_person_shows_the_newest_request_first() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = client(&app, |_| {}).await;
        for message in ["W4SCT", "W5SCT", "W6SCT"] {
            ask(&rp, &[("binding_message", message)]).await.ok();
            app.advance(Duration::from_secs(1));
        }
        let page = approvals(&mut app.browser(), "ada").await;
        let places = ["W6SCT", "W5SCT", "W4SCT"].map(|message| page.body.find(message).expect("a message"));
        assert!(places.is_sorted(), "{}", page.body);
        app.stop().await;
    })
    .await;
}
