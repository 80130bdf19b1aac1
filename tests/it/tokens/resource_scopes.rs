//! The scopes that a resource lists: RFC 8707 §2.2.

use authy::model::client::AccessTokenFormat;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{claims, jose_header};

const API: &str = "https://api.example/";

#[tokio::test]
async fn a_token_for_a_resource_has_only_the_scopes_that_it_lists() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.resource(API, &[]).await;
        let mut listed = app.app.sql.list_resources().await.expect("the database").remove(0);
        listed.scopes = vec!["read".to_owned()];
        (listed.signing_algorithm, listed.access_token_lifetime) = ("RS256".to_owned(), Some(60));
        assert!(app.app.sql.update_resource(&listed, &app.event("resource.updated")).await.expect("the database"));
        let rp = app.relying_party().await.with_scope("openid read write offline_access");
        let code = rp.code_in(&mut app.browser(), "ada", &[("resource", API)]).await;
        let tokens = rp.redeem(&code).await.ok();
        let next = rp.refresh(&tokens.refresh_token()).await.ok();
        for answer in [tokens, next] {
            assert_eq!(answer.body["scope"], "openid read offline_access");
            assert_eq!(claims(&answer.access_token())["scope"], "openid read offline_access");
        }
        let own = |scope: &'static str| [("grant_type", "client_credentials"), ("scope", scope), ("resource", API)];
        assert_eq!(rp.token(&own("read write")).await.ok().body["scope"], "read");
        rp.token(&own("write")).await.is(400, "invalid_scope");

        let by_default = app
            .client(|metadata| {
                metadata.access_token_format = AccessTokenFormat::Jwt;
                metadata.default_resource = Some(API.to_owned());
            })
            .await
            .with_scope("openid read write");
        let told = claims(&by_default.login("ada").await.access_token());
        assert_eq!((told["aud"].as_str(), told["scope"].as_str()), (Some(API), Some("openid read")));

        // What the resource says of its tokens holds whether it was named or is the usual one.
        let answer = by_default.login("ada").await;
        assert_eq!((&jose_header(&answer.access_token())["alg"], &answer.body["expires_in"]), (&json!("RS256"), &json!(60)));
        app.stop().await;
    })
    .await;
}
