//! RFC 6749 §4.4.

use authy::model::client::{ClientSecret, SecretHash};
use authy::secret::{Secret, TokenHash};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{claims, jose_header};

#[tokio::test]
async fn a_client_acts_for_itself_until_its_token_is_revoked() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let answer = rp.client_credentials("read").await.ok();
        assert_eq!(answer.body["scope"], "read");
        assert_eq!(answer.body["expires_in"], 600);
        assert!(answer.body.get("refresh_token").is_none() && answer.body.get("id_token").is_none());
        let token = answer.access_token();
        let facts = rp.introspect(&token).await.ok();
        assert_eq!(facts.body["sub"], rp.id());
        rp.userinfo(&token).await.is(403, "insufficient_scope");
        assert_eq!(rp.revoke(&token).await.status, 200);
        assert!(!rp.is_active(&token).await);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_was_changed_a_moment_ago_works_at_once() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut rp = app.relying_party().await;
        rp.client_credentials("read").await.ok();
        // As a command beside the server changes it: the server is not told.
        let secret = "cs_changed-by-a-command-beside-the-server";
        let another = ClientSecret {
            id: app.app.entropy.uuid(),
            hash: SecretHash::Sha256(TokenHash::of(secret)),
            created_at: app.now(),
            expires_at: None,
        };
        app.app.sql.add_client_secret(rp.id(), &another, Some(&app.event("client.secret_rotated"))).await.expect("a secret");
        rp.secret = Some(Secret::new(secret.to_owned()));
        rp.client_credentials("read").await.ok();
        rp.secret = Some(Secret::new("cs_wrong".to_owned()));
        rp.client_credentials("read").await.is(401, "invalid_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn scopes_of_people_and_unknown_ones_are_refused() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        rp.client_credentials("openid").await.is(400, "invalid_scope");
        rp.client_credentials("admin").await.is(400, "invalid_scope");
        rp.client_credentials("a\"b").await.is(400, "invalid_scope");
        let public = app.public_client().await;
        public.client_credentials("read").await.is(400, "unauthorized_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn for_a_registered_resource_the_token_is_a_jwt_that_only_its_own_introspect() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let api = app.relying_party().await;
        let stranger = app.relying_party().await;
        app.resource("https://api.example/", &[api.id()]).await;
        let ask = [("grant_type", "client_credentials"), ("resource", "https://api.example/")];
        let token = rp.token(&ask).await.ok().access_token();
        assert_eq!(jose_header(&token)["typ"], "at+jwt"); // RFC 9068 §2.1
        assert_eq!(jose_header(&token)["alg"], "ES256");
        assert_eq!(claims(&token)["aud"], "https://api.example/");
        assert!(rp.is_active(&token).await && api.is_active(&token).await);
        let refused = stranger.introspect(&token).await.ok();
        assert_eq!(refused.body, serde_json::json!({ "active": false }));
        let unknown = [("grant_type", "client_credentials"), ("resource", "https://unknown.example/")];
        rp.token(&unknown).await.is(400, "invalid_target"); // RFC 8707 §2
        app.stop().await;
    })
    .await;
}
