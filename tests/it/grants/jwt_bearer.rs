//! RFC 7523 §2.1.

use authy::jose::Algorithm;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::canary::Canary;
use crate::support::relying_party::{Answer, RelyingParty};
use crate::support::signer;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ISSUER: &str = "https://idp.example";

async fn client<'a>(app: &'a TestApp, issuer: Value) -> RelyingParty<'a> {
    app.client(|metadata| {
        metadata.grant_types = vec![GRANT.to_owned()];
        metadata.redirect_uris.clear();
        metadata.protocol.assertion_issuers = vec![issuer];
    })
    .await
}

fn claims(app: &TestApp, subject: &str) -> Value {
    signer::with(signer::claims(ISSUER, &app.base, app.now().as_seconds()), &json!({ "sub": subject }))
}

async fn bring(rp: &RelyingParty<'_>, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("grant_type", GRANT), ("assertion", assertion)];
    fields.extend_from_slice(more);
    rp.token(&fields).await
}

#[tokio::test]
async fn a_trusted_issuer_speaks_for_a_person_once() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let key = signer::key(Algorithm::ES256);
        let rp = client(&app, json!({ "issuer": ISSUER, "jwks": signer::set([key]) })).await;
        let assertion = signer::sign(key, &claims(&app, &ada.subject));
        bring(&rp, &assertion, &[("scope", "admin")]).await.is(400, "invalid_scope");
        bring(&rp, &assertion, &[("resource", "https://nobody.example/")]).await.is(400, "invalid_target");
        let answer = bring(&rp, &assertion, &[("scope", "read openid")]).await.ok();
        assert!(answer.body.get("refresh_token").is_none() && answer.body.get("id_token").is_none());
        let facts = rp.introspect(&answer.access_token()).await.ok();
        assert_eq!((&facts.body["sub"], &facts.body["scope"]), (&json!(ada.subject), &json!("read openid")));
        assert_eq!(facts.body.get("auth_time"), None, "nobody signed in (RFC 9470 §6.2)");
        bring(&rp, &assertion, &[]).await.is(400, "invalid_grant"); // replayed
        rp.revoke(&answer.access_token()).await;
        assert!(!rp.is_active(&answer.access_token()).await);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_not_the_word_of_the_issuer_about_somebody_here_is_refused() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let key = signer::key(Algorithm::ES256);
        let rp = client(&app, json!({ "issuer": ISSUER, "jwks": signer::set([key]) })).await;
        let other = client(&app, json!({ "issuer": "https://other.example", "jwks": signer::set([key]) })).await;
        let good = claims(&app, &ada.subject);
        let now = app.now().as_seconds();
        for changes in [
            json!({ "iss": "https://evil.example" }),
            json!({ "aud": "https://elsewhere.example" }),
            json!({ "exp": now }),
            json!({ "exp": now + 7_200 }),
            json!({ "exp": null }),
            json!({ "jti": null }),
            json!({ "sub": "ada" }),
            json!({ "sub": "nobody" }),
        ] {
            bring(&rp, &signer::sign(key, &signer::with(good.clone(), &changes)), &[]).await.is(400, "invalid_grant");
        }
        for typ in ["at+jwt", "dpop+jwt", "secevent+jwt"] {
            let header = json!({ "typ": typ });
            bring(&rp, &signer::sign_as(key, &header, &good), &[]).await.is(400, "invalid_grant");
        }
        bring(&rp, &signer::unsigned(&good), &[]).await.is(400, "invalid_grant");
        bring(&rp, &signer::sign(&signer::FOREIGN, &good), &[]).await.is(400, "invalid_grant");
        bring(&other, &signer::sign(key, &good), &[]).await.is(400, "invalid_grant");
        bring(&rp, "ac_nonsense", &[]).await.is(400, "invalid_grant");
        let elsewhere = app.relying_party().await;
        bring(&elsewhere, &signer::sign(key, &good), &[]).await.is(400, "unauthorized_client");
        app.app.sql.lock_user(&ada.subject, Some(app.now()), &app.event("user.locked")).await.expect("locked");
        app.app.forget_user(&ada.subject);
        bring(&rp, &signer::sign(key, &good), &[]).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn people_are_named_as_the_administrator_says() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let key = signer::key(Algorithm::RS256);
        let keys = Canary::answering("200 OK", "application/json", &signer::set([key]).to_string()).await;
        let by = async |subject: &str| client(&app, json!({ "issuer": ISSUER, "jwks_uri": keys.url(), "subject": subject })).await;
        let (by_name, by_address) = (by("username").await, by("email").await);
        let sign = |subject: &str| signer::sign(key, &claims(&app, subject));
        bring(&by_name, &sign("Ada"), &[]).await.ok();
        bring(&by_name, &sign("ada@example.org"), &[]).await.is(400, "invalid_grant");
        bring(&by_address, &sign("ada@example.org"), &[]).await.ok();
        bring(&by_address, &sign("ada"), &[]).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}
