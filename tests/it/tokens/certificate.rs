//! RFC 8705 §3: tokens that are bound to a certificate. A trusted proxy tells of it (RFC 9440); the listener has tests of its own.

use authy::model::client::Profile;
use serde_json::json;

use crate::support::app::{TestApp, behind_a_proxy};
use crate::support::backends;
use crate::support::possession::certificate;
use crate::support::relying_party::{Answer, RelyingParty, VERIFIER, answer};

async fn redeem(rp: &RelyingParty<'_>, code: &str, certificate: &str) -> Answer {
    let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", rp.redirect_uri()), ("code_verifier", VERIFIER)];
    rp.post_with("/oauth2/token", &fields, &[("client-cert", certificate)]).await
}

async fn userinfo(app: &TestApp, token: &str, certificate: Option<&str>) -> Answer {
    let mut request = crate::support::http::client().get(format!("{}/oauth2/userinfo", app.base)).bearer_auth(token);
    if let Some(certificate) = certificate {
        request = request.header("client-cert", certificate);
    }
    answer(request).await
}

#[tokio::test]
async fn a_token_is_bound_to_the_certificate_of_its_request() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        app.user("ada").await;
        let ((own, thumbprint), (other, _)) = (certificate(b"one certificate"), certificate(b"another"));
        let rp = app.client(|metadata| metadata.protocol.tls_client_certificate_bound_access_tokens = true).await;
        let code = rp.code("ada").await;
        rp.redeem(&code).await.is(400, "invalid_request");
        let tokens = redeem(&rp, &code, &own).await.ok();
        assert_eq!(tokens.body["token_type"], "Bearer");
        let token = tokens.access_token();
        let facts = rp.post_with("/oauth2/introspect", &[("token", &token)], &[]).await.ok().body;
        assert_eq!(facts["cnf"], json!({"x5t#S256": thumbprint}));
        assert_eq!(userinfo(&app, &token, Some(&own)).await.status, 200);
        userinfo(&app, &token, Some(&other)).await.is(401, "invalid_token");
        userinfo(&app, &token, None).await.is(401, "invalid_token");
        for profile in [Profile::Fapi1, Profile::Fapi2] {
            let rp = app
                .client(|metadata| {
                    metadata.profile = profile;
                    metadata.protocol.tls_client_certificate_bound_access_tokens = true;
                })
                .await;
            rp.post_with("/oauth2/token", &[("grant_type", "client_credentials")], &[]).await.is(400, "invalid_request");
            let token = rp
                .post_with("/oauth2/token", &[("grant_type", "client_credentials")], &[("client-cert", own.as_str())])
                .await
                .ok()
                .access_token();
            let facts = rp.post_with("/oauth2/introspect", &[("token", &token)], &[]).await.ok().body;
            assert_eq!(facts["cnf"], json!({"x5t#S256": thumbprint}), "{profile:?}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_a_stranger_names_binds_and_opens_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(|metadata| metadata.protocol.tls_client_certificate_bound_access_tokens = true).await;
        let (own, _) = certificate(b"one certificate");
        redeem(&rp, &rp.code("ada").await, &own).await.is(400, "invalid_request");
        let plain = app.relying_party().await;
        let tokens = redeem(&plain, &plain.code("ada").await, &own).await.ok();
        let facts = plain.introspect(&tokens.access_token()).await.ok().body;
        assert_eq!(facts.get("cnf"), None, "nothing is bound unless the client registered it");
        app.stop().await;
    })
    .await;
}
