//! What an exchanged token is good for at userinfo: RFC 8693 §2.1, OIDC Core §5.3.

use authy::model::client::AccessTokenFormat;
use serde_json::json;

use super::{ACCESS_TOKEN, API, exchange, service};
use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn userinfo_knows_an_exchanged_token_as_introspection_does_and_gives_it_what_its_scope_says() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let front = app
            .client(|metadata| {
                metadata.access_token_format = AccessTokenFormat::Jwt;
                metadata.default_resource = Some(API.to_owned());
            })
            .await;
        let service = service(&app).await;
        app.resource(API, &[service.id()]).await;
        let wanted = json!({ "userinfo": { "email": null, "preferred_username": null } }).to_string();
        let code = front.code_in(&mut app.browser(), "ada", &[("scope", "openid"), ("claims", &wanted)]).await;
        let subject = front.redeem(&code).await.ok().access_token();
        assert_eq!(front.userinfo(&subject).await.ok().body["preferred_username"], "ada");
        let exchanged = async || exchange(&service, &subject, ACCESS_TOKEN, &[("scope", "openid")]).await.ok().access_token();
        let first = exchanged().await;
        let told = service.userinfo(&first).await.ok().body;
        assert_eq!(told.as_object().expect("an object").keys().collect::<Vec<_>>(), ["sub"], "what another client asked for by name");
        service.revoke(&first).await;
        assert_eq!((service.is_active(&first).await, service.userinfo(&first).await.status), (false, 401), "revoked by itself");
        let second = exchanged().await;
        let mut off = front.client.clone();
        off.enabled = false;
        app.change_client(&off).await;
        assert_eq!((service.is_active(&second).await, service.userinfo(&second).await.status), (false, 401), "with the approved client");
        app.stop().await;
    })
    .await;
}
