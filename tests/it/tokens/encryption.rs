//! Encrypted ID Tokens, userinfo and introspection answers: OIDC Core §10.2, RFC 9701.

use authy::model::client::ClientMetadata;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::elsewhere::CIBA;
use crate::support::encryption::{self, Recipient};
use crate::support::relying_party::{claims, jose_header, query};

fn encrypted(metadata: &mut ClientMetadata, jwks: Value) {
    let protocol = &mut metadata.protocol;
    protocol.jwks = Some(jwks);
    protocol.id_token_encrypted_response_alg = Some("RSA-OAEP-256".to_owned());
    protocol.userinfo_encrypted_response_alg = Some("ECDH-ES".to_owned());
    protocol.userinfo_encrypted_response_enc = Some("A256GCM".to_owned());
    protocol.authorization_encrypted_response_alg = Some("ECDH-ES".to_owned());
    protocol.introspection_encrypted_response_alg = Some("ECDH-ES".to_owned());
    protocol.introspection_encrypted_response_enc = Some("A128GCM".to_owned());
}

#[tokio::test]
async fn what_a_client_reads_is_encrypted_to_its_key_as_it_registered() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let recipient = Recipient::new(&app);
        let rp = app.client(|metadata| encrypted(metadata, recipient.jwks(&app))).await;
        let tokens = rp.login("ada").await;
        let id_token = tokens.text("id_token");
        let header = jose_header(&id_token);
        assert_eq!((&header["alg"], &header["enc"], &header["cty"]), (&json!("RSA-OAEP-256"), &json!("A128CBC-HS256"), &json!("JWT")));
        let nested = recipient.open(&app, &id_token);
        assert_eq!((&jose_header(&nested)["alg"], &claims(&nested)["sub"]), (&json!("RS256"), &json!(user.subject)));

        let answer = rp.userinfo(&tokens.access_token()).await.ok();
        assert_eq!(answer.headers["content-type"], "application/jwt");
        let plain: Value = serde_json::from_str(&recipient.open(&app, answer.body.as_str().unwrap())).unwrap();
        assert_eq!(plain["sub"], user.subject.as_str(), "encrypted without a signature: OIDC Core §5.3.2");

        let accept = [("accept", "application/token-introspection+jwt")];
        let answer = rp.post_with("/oauth2/introspect", &[("token", &tokens.access_token())], &accept).await.ok();
        assert_eq!(answer.headers["content-type"], "application/token-introspection+jwt");
        let nested = recipient.open(&app, answer.body.as_str().unwrap());
        assert_eq!(claims(&nested)["token_introspection"]["active"], true);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_authorization_response_is_signed_and_then_encrypted() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let recipient = Recipient::new(&app);
        let rp = app.client(|metadata| encrypted(metadata, recipient.jwks(&app))).await;
        for changes in [[("response_mode", "jwt"), ("prompt", "login")], [("response_mode", "jwt"), ("scope", "unknown")]] {
            let back = app.browser().walk(&rp.url(&changes), "ada").await;
            let response = query(&back)["response"].clone();
            let answered = claims(&recipient.open(&app, &response));
            assert_eq!((&answered["iss"], &answered["state"]), (&json!(app.base), &json!("st-1")));
            assert!(answered.get("code").is_some() || answered["error"] == "invalid_scope", "{answered}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_key_of_the_client_nothing_leaves_in_the_clear() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app
            .client(|metadata| {
                encrypted(metadata, json!({"keys": []}));
                metadata.userinfo_signed_response_alg = Some("ES256".to_owned());
            })
            .await;
        rp.redeem(&rp.code("ada").await).await.is(400, "invalid_request");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_introspection_answer_is_signed_for_whoever_asks_for_it() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(|metadata| metadata.protocol.introspection_signed_response_alg = Some("ES256".to_owned())).await;
        let tokens = rp.login("ada").await;
        let accept = [("accept", "application/json;q=0.5, application/token-introspection+jwt")];
        let answer = rp.post_with("/oauth2/introspect", &[("token", &tokens.access_token())], &accept).await.ok();
        let token = answer.body.as_str().unwrap();
        let header = jose_header(token);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("token-introspection+jwt"), &json!("ES256")));
        let answered = claims(token);
        assert_eq!((&answered["iss"], &answered["aud"]), (&json!(app.base), &json!(rp.id())));
        let facts = &answered["token_introspection"];
        assert_eq!((&facts["active"], &facts["auth_time"]), (&json!(true), &json!(app.now().as_seconds())));
        assert_eq!(facts["acr"], "urn:authy:acr:password", "RFC 9470 §6.2");
        assert!(answered.get("sub").is_none() && answered.get("exp").is_none(), "RFC 9701 §5");
        rp.userinfo(token).await.is(401, "invalid_token");

        let other = app.relying_party().await;
        let answer = other.post_with("/oauth2/introspect", &[("token", &tokens.access_token())], &accept).await.ok();
        assert_eq!(claims(answer.body.as_str().unwrap())["token_introspection"], json!({"active": false}));
        for plain in ["*/*", "application/json", "application/jwt"] {
            let answer = rp.post_with("/oauth2/introspect", &[("token", &tokens.access_token())], &[(ACCEPT.as_str(), plain)]).await.ok();
            assert_eq!(answer.body["active"], true);
        }
        app.stop().await;
    })
    .await;
}

/// OIDC Core §3.1.2.1.
#[tokio::test]
async fn an_encrypted_id_token_hints_once_it_is_decrypted_or_encrypted_to_a_published_key() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let recipient = Recipient::new(&app);
        let rp = app
            .client(|metadata| {
                metadata.protocol.jwks = Some(recipient.jwks(&app));
                metadata.protocol.id_token_encrypted_response_alg = Some("ECDH-ES".to_owned());
                metadata.grant_types.push(CIBA.to_owned());
            })
            .await;
        let mut browser = app.browser();
        let given = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok().text("id_token");
        let signed = recipient.open(&app, &given);
        let to_us = async |content: &str| encryption::encrypted(&app, content).await;
        let opened = to_us(&signed).await;
        let hints = [(&given, false), (&signed, true), (&opened, true), (&to_us(&given).await, false), (&to_us("x").await, false)];
        for (hint, taken) in hints {
            let back = query(&browser.open(&rp.url(&[("prompt", "none"), ("id_token_hint", hint)])).await.away());
            assert_eq!(back.get("error").map(String::as_str), (!taken).then_some("invalid_request"), "{back:?}");
            let asked = rp.post("/oauth2/bc-authorize", &[("scope", "openid"), ("id_token_hint", hint)]).await;
            assert_eq!(asked.status, if taken { 200 } else { 400 }, "{}", asked.body);
        }
        let page = browser.open(&format!("/oauth2/logout?id_token_hint={given}")).await.page();
        assert!(page.status == 400 && page.body.contains("decrypt it before it is sent"), "{}", page.body);
        let done = browser.open(&format!("/oauth2/logout?id_token_hint={opened}")).await.page();
        assert!(done.has("logout-done"), "{}", done.body);
        app.stop().await;
    })
    .await;
}
