//! RFC 6749 §6, RFC 9700 §4.14.

use std::time::Duration;

use authy::store::sql::Created;

use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn within_the_grace_window_the_old_token_yields_the_same_successor_and_after_it_the_family_dies() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let first = rp.login("ada").await.refresh_token();
        let answers = futures_util::future::join_all((0..10).map(|_| rp.refresh(&first))).await;
        let successors: std::collections::BTreeSet<_> = answers.into_iter().map(|answer| answer.ok().refresh_token()).collect();
        assert_eq!(successors.len(), 1, "every racer gets the same successor");
        let second = successors.into_iter().next().expect("one");
        let third = rp.refresh(&second).await.ok().refresh_token();

        let other = rp.login("ada").await;
        app.advance(Duration::from_secs(11));
        rp.refresh(&first).await.is(400, "invalid_grant");
        rp.refresh(&third).await.is(400, "invalid_grant");
        rp.refresh(&other.refresh_token()).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn another_clients_use_is_refused_and_harms_nobody() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let stranger = app.relying_party().await;
        let token = rp.login("ada").await.refresh_token();
        stranger.refresh(&token).await.is(400, "invalid_grant");
        rp.refresh(&token).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn scope_may_shrink_for_one_answer_and_never_grow() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let token = rp.login("ada").await.refresh_token();
        rp.token(&[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", "openid groups")]).await.is(400, "invalid_scope");
        let small = rp.token(&[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", "openid")]).await.ok();
        assert_eq!(small.body["scope"], "openid");
        let full = rp.refresh(&small.refresh_token()).await.ok();
        assert_eq!(full.body["scope"], "openid profile email offline_access");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_refreshed_id_token_keeps_auth_time_and_reads_groups_afresh() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let rp = app.relying_party().await.with_scope("openid groups offline_access");
        let tokens = rp.login("ada").await;
        assert_eq!(app.app.sql.create_group("staff", app.now(), &app.event("group.created")).await.expect("a group"), Created::Done);
        app.app.sql.add_group_member("staff", &user.subject, &app.event("group.changed")).await.expect("a member");
        app.app.forget_user(&user.subject);
        app.advance(Duration::from_secs(100));
        let refreshed = rp.refresh(&tokens.refresh_token()).await.ok();
        let (before, after) = (tokens.id_claims(), refreshed.id_claims());
        for same in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(before[same], after[same], "{same}");
        }
        assert!(after["iat"].as_i64() > before["iat"].as_i64());
        assert_eq!(after["groups"], serde_json::json!(["staff"]));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_locked_user_a_disabled_client_and_a_withdrawn_consent_end_it() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let rp = app.relying_party().await;
        let tokens = rp.login("ada").await;
        app.app.sql.lock_user(&user.subject, Some(app.now()), &app.event("user.locked")).await.expect("locked");
        app.app.forget_user(&user.subject);
        rp.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
        assert!(!rp.is_active(&tokens.access_token()).await);
        app.app.sql.lock_user(&user.subject, None, &app.event("user.unlocked")).await.expect("unlocked");
        app.app.forget_user(&user.subject);
        assert!(rp.is_active(&tokens.access_token()).await);
        app.app.sql.forget_consent(&user.subject, rp.id(), app.now(), &app.event("consent.withdrawn")).await.expect("withdrawn");
        app.app.forget_approvals();
        rp.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn idleness_and_the_absolute_end_both_hold() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let idle = rp.login("ada").await.refresh_token();
        app.advance(Duration::from_secs(31 * 86_400));
        rp.refresh(&idle).await.is(400, "invalid_grant");
        let mut token = rp.login("ada").await.refresh_token();
        for _ in 0..8 {
            app.advance(Duration::from_secs(22 * 86_400));
            token = rp.refresh(&token).await.ok().refresh_token();
        }
        app.advance(Duration::from_secs(5 * 86_400)); // 181 days after the first
        rp.refresh(&token).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn without_offline_access_an_openid_client_gets_no_refresh_token() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await.with_scope("openid profile");
        assert!(rp.login("ada").await.body.get("refresh_token").is_none());
        let plain = app.relying_party().await.with_scope("read");
        let tokens = plain.login("ada").await;
        assert!(tokens.body.get("id_token").is_none());
        plain.refresh(&tokens.refresh_token()).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_scope_that_was_taken_from_the_client_is_not_refreshed_and_without_offline_access_nothing_is() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await.with_scope("openid email groups offline_access");
        let tokens = rp.login("ada").await;
        let allow = async |scopes: &[&str]| {
            let mut client = rp.client.clone();
            client.metadata.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
            app.change_client(&client).await;
        };
        allow(&["openid", "email", "offline_access"]).await;
        assert_eq!(rp.introspect(&tokens.refresh_token()).await.ok().body["scope"], "openid email offline_access");
        let next = rp.refresh(&tokens.refresh_token()).await.ok();
        assert_eq!(next.body["scope"], "openid email offline_access");
        assert!(next.id_claims().get("groups").is_none() && next.id_claims().get("email").is_some());
        rp.token(&[("grant_type", "refresh_token"), ("refresh_token", &next.refresh_token()), ("scope", "groups")])
            .await
            .is(400, "invalid_scope");
        allow(&["openid", "email"]).await;
        rp.refresh(&next.refresh_token()).await.is(400, "invalid_grant");
        assert!(!rp.is_active(&next.refresh_token()).await);
        allow(&["openid", "email", "offline_access"]).await;
        rp.refresh(&next.refresh_token()).await.ok(); // The refusal used nothing up.
        app.stop().await;
    })
    .await;
}
