//! OIDC Back-Channel Logout.

use std::time::Duration;

use authy::endpoints::end_session::backchannel;
use josekit::jws::RS256;
use serde_json::{Value, json};

use crate::support::app::{PASSWORD, TestApp};
use crate::support::backends;
use crate::support::canary::Canary;
use crate::support::relying_party::{RelyingParty, claims, jose_header};

/// A client whose logout endpoint is the canary.
async fn told<'a>(app: &'a TestApp, canary: &Canary) -> RelyingParty<'a> {
    let uri = canary.url();
    app.client(|metadata| metadata.protocol.backchannel_logout_uri = Some(uri)).await.with_scope("openid profile")
}

/// What the task of a running server does with the queue; returns how many messages were due.
async fn deliver(app: &TestApp) -> usize {
    let claimed = backchannel::claim(&app.app, 100, &[]).await.expect("the queue");
    for delivery in &claimed {
        backchannel::deliver(&app.app, delivery).await.expect("the database");
    }
    claimed.len()
}

/// The logout token of a request, which carries nothing else.
fn token(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded"), "{head}");
    let fields: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    match fields.as_slice() {
        [(name, value)] if name == "logout_token" => value.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_logout_token_says_who_is_out_where_and_nothing_more() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let canary = Canary::answering("200 OK", "text/plain", "").await;
        let rp = told(&app, &canary).await;
        let mut browser = app.browser();
        let tokens = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        assert_eq!(deliver(&app).await, 0, "nobody has signed out");
        let hint = tokens.text("id_token");
        browser.open(&format!("/oauth2/logout?id_token_hint={hint}")).await.page();
        assert_eq!(deliver(&app).await, 1);
        assert_eq!(deliver(&app).await, 0, "and that once");
        let requests = canary.requests();
        let token = token(requests.first().expect("a request"));
        let header = jose_header(&token);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("RS256")));
        let mut said = claims(&token);
        let known = tokens.id_claims();
        let jti = said.as_object_mut().unwrap().remove("jti").expect("jti");
        assert!(jti.as_str().unwrap().len() >= 20);
        let now = app.now().as_seconds();
        let expected = json!({
            "iss": app.base, "aud": rp.id(), "sub": known["sub"], "sid": known["sid"], "iat": now, "exp": now + 120,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        assert_eq!(said, expected);
        verify(&app, &token).await;
        app.stop().await;
    })
    .await;
}

/// With the published key, as a client does.
async fn verify(app: &TestApp, token: &str) {
    let keys = app.get_json("/.well-known/jwks.json").await;
    let kid = jose_header(token)["kid"].clone();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).expect("the key").clone();
    let key = josekit::jwk::Jwk::from_map(key.as_object().unwrap().clone()).unwrap();
    let verifier = RS256.verifier_from_jwk(&key).unwrap();
    josekit::jws::deserialize_compact(token, &verifier).expect("our signature");
}

/// OIDC Core §8: a client is told under the name that it knows.
#[tokio::test]
async fn a_client_is_told_under_its_own_name_for_the_person() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let canary = Canary::answering("200 OK", "text/plain", "").await;
        let uri = canary.url();
        let rp = app
            .client(|metadata| {
                metadata.protocol.backchannel_logout_uri = Some(uri);
                metadata.protocol.subject_type = Some("pairwise".to_owned());
            })
            .await;
        let mut browser = app.browser();
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        let known = rp.redeem(&code).await.ok().id_claims();
        sign_out(&mut browser).await;
        assert_eq!(deliver(&app).await, 1);
        let told = said(&canary, 0);
        assert_eq!((&told["sub"], &told["sid"]), (&known["sub"], &known["sid"]));
        assert_ne!(known["sub"], ada.subject.as_str());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_away_is_told_later_and_who_refuses_is_not_told_again() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let canary = Canary::answering("503 Service Unavailable", "text/plain", "").await;
        let rp = told(&app, &canary).await;
        let mut browser = app.browser();
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        rp.redeem(&code).await.ok();
        sign_out(&mut browser).await;
        assert_eq!(deliver(&app).await, 1);
        assert_eq!(deliver(&app).await, 0, "not at once again");
        app.advance(Duration::from_secs(5));
        assert_eq!(deliver(&app).await, 1);
        app.advance(Duration::from_secs(19));
        assert_eq!(deliver(&app).await, 0, "each pause is longer");
        app.advance(Duration::from_secs(1));
        canary.answer_with("400 Bad Request", "application/json", "{}");
        assert_eq!(deliver(&app).await, 1);
        app.advance(Duration::from_secs(24 * 3600));
        assert_eq!((deliver(&app).await, canary.requests().len()), (0, 3), "400 is the last word");
        let jtis: std::collections::BTreeSet<String> =
            canary.requests().iter().map(|request| claims(&token(request))["jti"].to_string()).collect();
        assert_eq!(jtis.len(), 3, "a client that heard the first takes the second for no replay");
        app.stop().await;
    })
    .await;
}

async fn sign_out(browser: &mut crate::support::browser::Browser) {
    let page = browser.open("/logout").await.page();
    assert!(browser.press(&page, "logout-form", "logout-confirm").await.page().has("logout-done"));
}

#[tokio::test]
async fn sessions_that_end_elsewhere_are_told_too() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let canary = Canary::answering("204 No Content", "text/plain", "").await;
        let rp = told(&app, &canary).await;
        let (mut one, mut two) = (app.browser(), app.browser());
        let mut sids = Vec::new();
        for browser in [&mut one, &mut two] {
            let code = rp.code_in(browser, "ada", &[]).await;
            sids.push(rp.redeem(&code).await.ok().id_claims()["sid"].clone());
        }
        let page = one.open("/account/security").await.page();
        let new = "another horse, another battery";
        let fields = [("current_password", PASSWORD), ("new_password", new), ("repeated_password", new)];
        one.submit(&page, "password-form", &fields).await;
        assert_eq!(deliver(&app).await, 1, "a new password ends the other sessions");
        assert_eq!(said(&canary, 0)["sid"], sids[1]);
        let page = one.open("/account/sessions").await.page();
        let form = page.body.split("id=\"session-form-").nth(1).and_then(|rest| rest.split('"').next()).expect("a session").to_owned();
        one.submit(&page, &format!("session-form-{form}"), &[]).await;
        assert_eq!(deliver(&app).await, 1, "the person ended it");
        assert_eq!(said(&canary, 1)["sid"], sids[0]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_session_that_runs_out_or_is_idle_for_too_long_is_told_too() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let canary = Canary::answering("200 OK", "text/plain", "").await;
        let (rp, silent) = (told(&app, &canary).await, app.relying_party().await);
        let lifetimes = &app.app.settings.lifetimes;
        let (idle, absolute) = (lifetimes.session_idle, lifetimes.session_absolute);
        let mut browser = app.browser();
        let tokens = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        let offline = silent.redeem(&silent.code_in(&mut browser, "ada", &[]).await).await.ok();
        app.advance(idle - Duration::from_secs(1));
        app.sweep().await;
        assert_eq!(deliver(&app).await, 0, "it lives");
        app.advance(Duration::from_secs(1));
        app.sweep().await;
        assert_eq!(deliver(&app).await, 1, "of the two clients, the one that wants to be told");
        assert_eq!(said(&canary, 0)["sid"], tokens.id_claims()["sid"]);
        silent.refresh(&offline.refresh_token()).await.ok();
        app.sweep().await;
        assert_eq!(deliver(&app).await, 0, "and that once");

        // Somebody who never rests is signed out in the end.
        let page = browser.open("/login").await.page();
        browser.sign_in(&page, "ada").await;
        let started = app.now();
        rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        while app.now() + idle / 2 < started + absolute {
            app.advance(idle / 2);
            browser.open("/account/sessions").await.page();
            app.sweep().await;
        }
        assert_eq!(deliver(&app).await, 0);
        app.advance(idle / 2);
        app.sweep().await;
        assert_eq!(deliver(&app).await, 1);
        app.stop().await;
    })
    .await;
}

fn said(canary: &Canary, number: usize) -> Value {
    claims(&token(&canary.requests()[number]))
}
