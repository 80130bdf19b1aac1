//! Keys by reference: `jwks_uri`.

use authy::jose::Algorithm;
use authy::model::client::{AuthMethod, ClientOrigin};
use reqwest::header::HeaderMap;

use super::assertions::TYPE;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::canary::Canary;
use crate::support::relying_party::{Answer, RelyingParty, post};
use crate::support::signer::{KEYS, claims, key, set, sign};

async fn ask(rp: &RelyingParty<'_>, algorithm: Algorithm) -> Answer {
    let assertion = sign(key(algorithm), &claims(rp.id(), &rp.app.base, rp.app.now().as_seconds()));
    let fields =
        [("grant_type", "client_credentials"), ("scope", "read"), ("client_assertion_type", TYPE), ("client_assertion", &assertion)];
    post(&rp.app.base, "/oauth2/token", &fields, HeaderMap::new()).await
}

async fn client<'a>(app: &'a TestApp, uri: &str) -> RelyingParty<'a> {
    app.client(|metadata| {
        metadata.auth_method = Some(AuthMethod::PrivateKeyJwt);
        metadata.protocol.jwks_uri = Some(uri.to_owned());
    })
    .await
}

#[tokio::test]
async fn a_key_set_is_fetched_once_and_kept() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let canary = Canary::answering("200 OK", "application/json", &set(&*KEYS).to_string()).await;
        let rp = client(&app, &canary.url()).await;
        for _ in 0..3 {
            ask(&rp, Algorithm::ES256).await.ok();
        }
        assert_eq!(canary.connections(), 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_unknown_kid_has_the_keys_fetched_again_but_not_at_every_knock() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let canary = Canary::answering("200 OK", "application/json", &set([key(Algorithm::PS256)]).to_string()).await;
        let rp = client(&app, &canary.url()).await;
        ask(&rp, Algorithm::PS256).await.ok();
        canary.answer_with("200 OK", "application/json", &set(&*KEYS).to_string());
        for _ in 0..10 {
            ask(&rp, Algorithm::ES256).await.is(401, "invalid_client");
        }
        assert_eq!(canary.connections(), 1, "what was fetched a moment ago is not fetched again");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_let_nobody_in_and_are_not_asked_for_in_a_storm() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let canary = Canary::answering("500 Internal Server Error", "application/json", "{}").await;
        let rp = client(&app, &canary.url()).await;
        for _ in 0..5 {
            ask(&rp, Algorithm::ES256).await.is(401, "invalid_client");
        }
        assert_eq!(canary.connections(), 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_stranger_registered_on_this_machine_is_not_asked() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let canary = Canary::answering("200 OK", "application/json", &set(&*KEYS).to_string()).await;
        let mut rp = client(&app, &canary.url()).await;
        rp.client.client_id = app.app.entropy.identifier();
        rp.client.origin = ClientOrigin::Dynamic;
        let _ = app.app.sql.create_client(&rp.client, &app.event("client.created")).await.expect("a client");
        ask(&rp, Algorithm::ES256).await.is(401, "invalid_client");
        assert_eq!(canary.connections(), 0);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn of_many_who_miss_the_keys_at_once_one_fetches_them() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let canary = Canary::answering("200 OK", "application/json", &set(&*KEYS).to_string()).await;
        let rp = client(&app, &canary.url()).await;
        let answers = futures_util::future::join_all((0..12).map(|_| ask(&rp, Algorithm::ES256))).await;
        answers.into_iter().for_each(|answer| drop(answer.ok()));
        assert_eq!(canary.connections(), 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_document_that_is_no_key_set_is_not_asked_for_in_a_storm_either() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        for body in [r#"{"hello":"world"}"#, "[]", r#"{"keys":[],"keys":[]}"#] {
            let canary = Canary::answering("200 OK", "application/json", body).await;
            let rp = client(&app, &canary.url()).await;
            for _ in 0..5 {
                ask(&rp, Algorithm::ES256).await.is(401, "invalid_client");
            }
            assert_eq!(canary.connections(), 1, "{body}");
        }
        app.stop().await;
    })
    .await;
}
