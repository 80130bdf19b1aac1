//! OpenID CIBA Core.

mod notices;
mod outages;
mod waiting;

use std::time::Duration;

use authy::jose::Algorithm;
use authy::model::client::ClientMetadata;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::canary::Canary;
use crate::support::elsewhere::{self, CIBA, answer_request, approvals};
use crate::support::notify;
use crate::support::relying_party::{Answer, RelyingParty, claims};
use crate::support::signer;

const TOKEN: &str = "8d67dc78-7faa-4d41-aabd-67707b374255";

async fn client(app: &TestApp, adjust: impl FnOnce(&mut ClientMetadata)) -> RelyingParty<'_> {
    app.client(|metadata| {
        metadata.grant_types = [CIBA, "refresh_token"].map(str::to_owned).to_vec();
        metadata.redirect_uris.clear();
        adjust(metadata);
    })
    .await
}

async fn ask(rp: &RelyingParty<'_>, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("scope", "openid profile offline_access"), ("login_hint", "ada"), ("binding_message", "W4SCT")];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields.retain(|(_, value)| !value.is_empty());
    rp.post("/oauth2/bc-authorize", &fields).await
}

async fn poll(rp: &RelyingParty<'_>, auth_req_id: &str) -> Answer {
    elsewhere::poll_request(rp, auth_req_id, &[]).await
}

#[tokio::test]
async fn a_person_allows_on_their_own_page_what_a_client_asked_elsewhere() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let rp = client(&app, |_| {}).await;
        let asked = ask(&rp, &[]).await.ok();
        assert_eq!((asked.body["expires_in"].as_u64(), asked.body["interval"].as_u64()), (Some(300), Some(5)));
        let id = asked.text("auth_req_id");
        poll(&rp, &id).await.is(400, "authorization_pending");
        poll(&rp, &id).await.is(400, "slow_down");
        let shown = approvals(&mut app.browser(), "ada").await;
        assert!(shown.body.contains("W4SCT") && shown.body.contains("Example application"), "{}", shown.body);
        answer_request(&app, "ada", "allow").await;
        let tokens = poll(&rp, &id).await.ok();
        assert_eq!(tokens.id_claims()["sub"], ada.subject);
        rp.refresh(&tokens.refresh_token()).await.ok();
        poll(&rp, &id).await.is(400, "invalid_grant"); // one redemption
        let metadata = app.get_json("/.well-known/openid-configuration").await;
        assert_eq!(metadata["backchannel_authentication_endpoint"], format!("{}/oauth2/bc-authorize", app.base));
        assert_eq!(metadata["backchannel_token_delivery_modes_supported"], json!(["poll", "ping", "push"]));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_no_a_late_client_and_a_stranger_get_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("mallory").await;
        let (rp, other) = (client(&app, |_| {}).await, client(&app, |_| {}).await);
        let id = ask(&rp, &[]).await.ok().text("auth_req_id");
        poll(&other, &id).await.is(400, "invalid_grant");
        // Somebody else is not shown it, and cannot answer it either.
        let mut mallory = app.browser();
        assert!(!approvals(&mut mallory, "mallory").await.body.contains("W4SCT"));
        answer_request(&app, "ada", "deny").await;
        poll(&rp, &id).await.is(400, "access_denied");

        let id = ask(&rp, &[("requested_expiry", "60")]).await.ok().text("auth_req_id");
        app.advance(Duration::from_secs(61));
        poll(&rp, &id).await.is(400, "expired_token");
        poll(&rp, "ar_nonsense").await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_not_as_it_must_be_is_refused() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = client(&app, |_| {}).await;
        for (change, error) in [
            (("scope", "profile"), "invalid_scope"),
            (("login_hint", ""), "invalid_request"),
            (("login_hint", "nobody"), "unknown_user_id"),
            (("login_hint_token", "x"), "invalid_request"),
            (("id_token_hint", "x"), "invalid_request"),
            (("requested_expiry", "soon"), "invalid_request"),
            (("resource", "https://nobody.example/"), "invalid_target"),
            (("request_uri", "https://rp.example/r"), "invalid_request"),
        ] {
            ask(&rp, &[change]).await.is(400, error);
        }
        let long = "x".repeat(200);
        ask(&rp, &[("binding_message", &long)]).await.is(400, "invalid_binding_message");
        let dropped = ask(&rp, &[("scope", "openid admin")]).await.ok().text("auth_req_id");
        answer_request(&app, "ada", "allow").await;
        assert_eq!(poll(&rp, &dropped).await.ok().body["scope"], "openid");
        let web = app.relying_party().await;
        ask(&web, &[]).await.is(400, "unauthorized_client");
        // An ID Token of the same client hints at its person.
        let both = app.client(|metadata| metadata.grant_types.push(CIBA.to_owned())).await;
        let hint = both.login("ada").await.text("id_token");
        ask(&both, &[("login_hint", ""), ("id_token_hint", &hint)]).await.ok();
        ask(&rp, &[("login_hint", ""), ("id_token_hint", &hint)]).await.is(400, "invalid_request");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_registered_so_must_sign_its_requests() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let key = signer::key(Algorithm::ES256);
        let rp = client(&app, |metadata| {
            metadata.protocol.jwks = Some(signer::set([key]));
            metadata.protocol.backchannel_authentication_request_signing_alg = Some("ES256".to_owned());
        })
        .await;
        ask(&rp, &[]).await.is(400, "invalid_request");
        let now = app.now().as_seconds();
        let request = |changes: Value| {
            let whole = json!({ "iss": rp.id(), "aud": app.base, "iat": now, "nbf": now, "exp": now + 300, "jti": "j-1",
                "scope": "openid", "login_hint": "ada", "requested_expiry": 120 });
            signer::with(whole, &changes)
        };
        let send = async |token: &str| rp.post("/oauth2/bc-authorize", &[("request", token)]).await;
        for changes in [json!({ "jti": null }), json!({ "aud": "https://other.example" }), json!({ "exp": now }), json!({ "iss": "x" })] {
            send(&signer::sign(key, &request(changes))).await.is(400, "invalid_request");
        }
        send(&signer::unsigned(&request(json!({})))).await.is(400, "invalid_request");
        send(&signer::sign(signer::key(Algorithm::PS256), &request(json!({})))).await.is(400, "invalid_request");
        let good = signer::sign(key, &request(json!({})));
        rp.post("/oauth2/bc-authorize", &[("request", &good), ("scope", "openid")]).await.is(400, "invalid_request");
        assert_eq!(send(&good).await.ok().body["expires_in"], 120);
        send(&good).await.is(400, "invalid_request"); // the jti was used
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_is_pinged_when_there_is_an_answer_and_again_when_it_was_away() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let canary = Canary::answering("500 Internal Server Error", "text/plain", "").await;
        let rp = client(&app, |metadata| {
            metadata.protocol.backchannel_token_delivery_mode = Some("ping".to_owned());
            metadata.protocol.backchannel_client_notification_endpoint = Some(canary.url());
        })
        .await;
        ask(&rp, &[]).await.is(400, "invalid_request"); // no client_notification_token
        let id = ask(&rp, &[("client_notification_token", TOKEN)]).await.ok().text("auth_req_id");
        assert_eq!(notify::round(&app.app).await.expect("the database"), 0);
        answer_request(&app, "ada", "allow").await;
        assert_eq!(notify::round(&app.app).await.expect("the database"), 1);
        let told = canary.requests();
        assert_eq!(told.len(), 1);
        let (head, _) = told[0].split_once("\r\n\r\n").expect("a request");
        assert!(head.to_ascii_lowercase().contains(&format!("authorization: bearer {TOKEN}")), "{head}");
        assert_eq!(canary.json(0), json!({ "auth_req_id": id }));
        assert_eq!(notify::round(&app.app).await.expect("the database"), 0, "not at once again");
        app.advance(Duration::from_secs(32));
        assert_eq!(notify::round(&app.app).await.expect("the database"), 1);
        poll(&rp, &id).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_refuses_its_ping_is_not_pinged_again() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let canary = Canary::answering("401 Unauthorized", "text/plain", "").await;
        let rp = client(&app, |metadata| {
            metadata.protocol.backchannel_token_delivery_mode = Some("ping".to_owned());
            metadata.protocol.backchannel_client_notification_endpoint = Some(canary.url());
        })
        .await;
        let id = ask(&rp, &[("client_notification_token", TOKEN)]).await.ok().text("auth_req_id");
        answer_request(&app, "ada", "allow").await;
        assert_eq!(notify::round(&app.app).await.expect("the database"), 1);
        app.advance(Duration::from_secs(32));
        assert_eq!(notify::round(&app.app).await.expect("the database"), 0);
        poll(&rp, &id).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn tokens_are_pushed_with_an_id_token_that_names_the_request() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let canary = Canary::answering("204 No Content", "text/plain", "").await;
        let rp = client(&app, |metadata| {
            metadata.protocol.backchannel_token_delivery_mode = Some("push".to_owned());
            metadata.protocol.backchannel_client_notification_endpoint = Some(canary.url());
        })
        .await;
        let asked = ask(&rp, &[("client_notification_token", TOKEN)]).await.ok();
        let id = asked.text("auth_req_id");
        assert!(asked.body.get("interval").is_none());
        poll(&rp, &id).await.is(400, "unauthorized_client");
        answer_request(&app, "ada", "allow").await;
        notify::round(&app.app).await.expect("the database");
        let first = canary.json(0);
        assert_eq!((&first["auth_req_id"], &first["token_type"]), (&json!(id), &json!("Bearer")));
        let told = claims(first["id_token"].as_str().expect("an ID Token"));
        assert_eq!((&told["sub"], &told["urn:openid:params:jwt:claim:auth_req_id"]), (&json!(ada.subject), &json!(id)));
        assert!(told["urn:openid:params:jwt:claim:rt_hash"].is_string() && told["at_hash"].is_string(), "{told}");
        assert!(rp.is_active(first["access_token"].as_str().expect("a token")).await);
        rp.refresh(first["refresh_token"].as_str().expect("a token")).await.ok();
        assert_eq!(notify::round(&app.app).await.expect("the database"), 0);

        ask(&rp, &[("client_notification_token", TOKEN)]).await.ok();
        answer_request(&app, "ada", "deny").await;
        notify::round(&app.app).await.expect("the database");
        assert_eq!(canary.json(1)["error"], "access_denied");
        ask(&rp, &[("client_notification_token", TOKEN)]).await.ok();
        app.advance(Duration::from_secs(301));
        notify::round(&app.app).await.expect("the database");
        assert_eq!(canary.json(2)["error"], "expired_token");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn many_answers_and_many_redemptions_count_once() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = client(&app, |_| {}).await;
        let id = ask(&rp, &[]).await.ok().text("auth_req_id");
        answer_request(&app, "ada", "allow").await;
        let answers = futures_util::future::join_all((0..10).map(|_| poll(&rp, &id))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.body["error"] == "invalid_grant"));
        app.stop().await;
    })
    .await;
}
