//! A yes outlives a database that fails when the yes is to become tokens.

use std::time::Duration;

use serde_json::json;

use super::{TOKEN, ask, client, poll};
use crate::support::app::TestApp;
use crate::support::backends::{self, execute};
use crate::support::canary::Canary;
use crate::support::elsewhere::answer_request;
use crate::support::notify;
use crate::support::relying_party::RelyingParty;

const BREAK: &str = "alter table refresh_tokens rename to refresh_tokens_away";
const MEND: &str = "alter table refresh_tokens_away rename to refresh_tokens";

#[tokio::test]
async fn a_yes_that_could_not_be_redeemed_is_there_for_the_next_try() {
    backends::each(async |backend| {
        let options = backend.options.clone();
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = client(&app, |_| {}).await;
        let id = ask(&rp, &[]).await.ok().text("auth_req_id");
        answer_request(&app, "ada", "allow").await;
        execute(&options, BREAK).await;
        let failed = poll(&rp, &id).await;
        assert!(failed.status >= 500, "{} {}", failed.status, failed.body);
        execute(&options, MEND).await;
        let tokens = poll(&rp, &id).await.ok();
        rp.refresh(&tokens.refresh_token()).await.ok();
        poll(&rp, &id).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

async fn pushed_to<'a>(app: &'a TestApp, canary: &Canary) -> RelyingParty<'a> {
    client(app, |metadata| {
        metadata.protocol.backchannel_token_delivery_mode = Some("push".to_owned());
        metadata.protocol.backchannel_client_notification_endpoint = Some(canary.url());
    })
    .await
}

#[tokio::test]
async fn a_yes_that_could_not_be_pushed_is_pushed_when_its_notice_comes_back() {
    backends::each(async |backend| {
        let options = backend.options.clone();
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let canary = Canary::answering("204 No Content", "text/plain", "").await;
        let rp = pushed_to(&app, &canary).await;
        let id = ask(&rp, &[("client_notification_token", TOKEN)]).await.ok().text("auth_req_id");
        answer_request(&app, "ada", "allow").await;
        execute(&options, BREAK).await;
        assert_eq!(notify::round(&app.app).await.expect("the database"), 1);
        execute(&options, MEND).await;
        assert_eq!(canary.requests().len(), 0, "nothing is told that is not so for good");
        assert_eq!(notify::round(&app.app).await.expect("the database"), 0, "another node may be at it");
        app.advance(Duration::from_secs(61));
        assert_eq!(notify::round(&app.app).await.expect("the database"), 1);
        let told = canary.json(0);
        assert_eq!((&told["auth_req_id"], told.get("error")), (&json!(id), None));
        rp.refresh(told["refresh_token"].as_str().expect("a token")).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_yes_that_is_void_is_told_as_a_refusal_once() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let canary = Canary::answering("204 No Content", "text/plain", "").await;
        let rp = pushed_to(&app, &canary).await;
        let sql = &app.app.sql;
        for taken_back in [true, false] {
            ask(&rp, &[("client_notification_token", TOKEN)]).await.ok();
            answer_request(&app, "ada", "allow").await;
            // What is taken back is found when it is redeemed, who is locked before.
            if taken_back {
                app.advance(Duration::from_secs(1));
                sql.forget_consent(&ada.subject, rp.id(), app.now(), &app.event("consent.withdrawn")).await.expect("the database");
            } else {
                assert!(sql.lock_user(&ada.subject, Some(app.now()), &app.event("user.locked")).await.expect("the database"));
                app.app.forget_user(&ada.subject);
            }
            assert_eq!(notify::round(&app.app).await.expect("the database"), 1);
        }
        app.advance(Duration::from_secs(61));
        assert_eq!(notify::round(&app.app).await.expect("the database"), 0);
        assert_eq!(canary.requests().len(), 2);
        for number in 0..2 {
            assert_eq!(canary.json(number)["error"], "access_denied");
        }
        app.stop().await;
    })
    .await;
}
