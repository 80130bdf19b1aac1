//! RFC 6750, RFC 7009, RFC 7662.

use std::time::Duration;

use authy::store::sql::AuditFilter;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{answer, post};

#[tokio::test]
async fn a_token_with_any_character_changed_is_nobodys() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let token = rp.login("ada").await.access_token();
        for at in (3..token.len()).step_by(7) {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(!rp.is_active(&changed).await, "position {at}");
        }
        for wrong in [&token[..80], &token[..token.len() - 1], &format!("{token}A"), &format!("{token}="), &token.to_lowercase()] {
            assert!(!rp.is_active(wrong).await);
            rp.userinfo(wrong).await.is(401, "invalid_token");
        }
        rp.userinfo(&rp.login("ada").await.text("id_token")).await.is(401, "invalid_token");
        app.advance(Duration::from_secs(601));
        assert!(!rp.is_active(&token).await);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn userinfo_takes_the_header_and_the_body_and_never_the_query() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let token = rp.login("ada").await.access_token();
        let url = format!("{}/oauth2/userinfo", app.base);
        let http = crate::support::http::client();
        assert_eq!(answer(http.post(&url).bearer_auth(&token)).await.status, 200);
        assert_eq!(post(&app.base, "/oauth2/userinfo", &[("access_token", &token)], Default::default()).await.status, 200);
        for wrong in [http.get(format!("{url}?access_token={token}")), http.get(&url).header("authorization", "Bearer")] {
            let wrong = answer(wrong).await;
            wrong.is(400, "invalid_request");
            let challenge = wrong.headers["www-authenticate"].to_str().expect("text");
            assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_request\""), "RFC 6750 §3.1: {challenge}");
        }
        let none = answer(http.get(&url)).await;
        assert_eq!(none.status, 401);
        assert_eq!(none.headers["www-authenticate"].to_str().expect("text").matches("error").count(), 0, "RFC 6750 §3.1");
        let plain = app.relying_party().await.with_scope("read");
        let token = plain.login("ada").await.access_token();
        plain.userinfo(&token).await.is(403, "insufficient_scope");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn only_the_owner_introspects_and_revokes() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let stranger = app.relying_party().await;
        let tokens = rp.login("ada").await;
        let (access, refresh) = (tokens.access_token(), tokens.refresh_token());
        for token in [&access, &refresh] {
            assert_eq!(stranger.introspect(token).await.ok().body, serde_json::json!({ "active": false }));
            assert_eq!(stranger.revoke(token).await.status, 400);
            assert!(rp.is_active(token).await);
        }
        assert_eq!(rp.revoke("unknown").await.status, 200);
        assert_eq!(rp.revoke(&refresh).await.status, 200);
        assert!(!rp.is_active(&access).await && !rp.is_active(&refresh).await);
        let revoked = AuditFilter { kind: Some("grant.revoked".to_owned()), ..AuditFilter::default() };
        let events = app.app.sql.audit_page(&revoked, None, 10).await.expect("events");
        assert_eq!(events.iter().map(|event| event.actor.as_str()).collect::<Vec<_>>(), [rp.id()], "the record names who did it");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn browsers_of_registered_origins_may_call_and_others_may_not() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.public_client().await;
        let http = crate::support::http::client();
        let preflight = |origin: &'static str| {
            http.request(reqwest::Method::OPTIONS, format!("{}/oauth2/token", app.base))
                .header("origin", origin)
                .header("access-control-request-method", "POST")
        };
        let allowed = preflight("https://rp.example").send().await.expect("an answer");
        assert_eq!(allowed.headers()["access-control-allow-origin"], "https://rp.example");
        assert!(!allowed.headers().contains_key("access-control-allow-credentials"));
        let refused = preflight("https://evil.example").send().await.expect("an answer");
        assert!(!refused.headers().contains_key("access-control-allow-origin"));
        let fields = [("grant_type", "authorization_code"), ("code", "x"), ("client_id", rp.id())];
        let own = post(
            &app.base,
            "/oauth2/token",
            &fields,
            [(reqwest::header::ORIGIN, "https://rp.example".parse().expect("a value"))].into_iter().collect(),
        )
        .await;
        assert_eq!(own.headers["access-control-allow-origin"], "https://rp.example");
        assert!(own.headers["vary"].to_str().expect("text").to_ascii_lowercase().contains("origin"));
        app.stop().await;
    })
    .await;
}
