//! RFC 9449 §8, §9: nonces of authy in the proofs of everybody, or of one client.

use std::time::Duration;

use serde_json::{Value, json};

use super::dpop::{credentials, redeem, userinfo, userinfo_proof};
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::possession::DpopKey;
use crate::support::relying_party::{Answer, VERIFIER, challenge};
use crate::support::scene::with_ada;

/// The nonce of a refusal that asks for one.
#[track_caller]
fn nonce(refused: &Answer, status: u16) -> Value {
    refused.is(status, "use_dpop_nonce");
    json!({ "nonce": refused.headers["dpop-nonce"].to_str().expect("text") })
}

#[tokio::test]
async fn nonces_are_honoured_always_and_asked_for_where_the_operator_says_so() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| settings.require_dpop_nonce = true).await;
        let rp = app.relying_party().await;
        let key = DpopKey::new();
        let refused = credentials(&rp, &[&app.token_proof(&key, json!({}))]).await;
        refused.is(400, "use_dpop_nonce");
        let nonce = refused.headers["dpop-nonce"].to_str().unwrap().to_owned();
        let used = credentials(&rp, &[&app.token_proof(&key, json!({ "nonce": nonce }))]).await.ok();
        assert!(used.headers.get("dpop-nonce").is_none(), "a fresh nonce serves on");
        app.advance(Duration::from_secs(200));
        let used = credentials(&rp, &[&app.token_proof(&key, json!({ "nonce": nonce }))]).await.ok();
        let next = used.headers["dpop-nonce"].to_str().unwrap();
        credentials(&rp, &[&app.token_proof(&key, json!({ "nonce": next }))]).await.ok();
        app.advance(Duration::from_secs(101));
        credentials(&rp, &[&app.token_proof(&key, json!({ "nonce": nonce }))]).await.is(400, "use_dpop_nonce");
        credentials(&rp, &[&app.token_proof(&key, json!({ "nonce": "made up" }))]).await.is(400, "use_dpop_nonce");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_proofs_of_a_client_that_registered_so_need_a_nonce_and_those_of_others_do_not() {
    with_ada(async |app, _| {
        let strict = app.client(|metadata| metadata.protocol.dpop_nonce_required = true).await;
        let (other, key) = (app.relying_party().await, DpopKey::new());

        // At the token endpoint: RFC 9449 §8.
        credentials(&other, &[&app.token_proof(&key, json!({}))]).await.ok();
        let given = nonce(&credentials(&strict, &[&app.token_proof(&key, json!({}))]).await, 400);
        let stale = json!({ "nonce": "made up" });
        nonce(&credentials(&strict, &[&app.token_proof(&key, stale.clone())]).await, 400);
        assert_eq!(credentials(&strict, &[&app.token_proof(&key, given)]).await.ok().body["token_type"], "DPoP");
        assert_eq!(credentials(&strict, &[]).await.ok().body["token_type"], "Bearer", "who proves nothing needs no nonce");

        // At the pushed authorization request endpoint.
        let made = challenge(VERIFIER);
        let proof = |change: Value| key.proof(("POST", &format!("{}/oauth2/par", app.base)), app.now(), change);
        let fields = [
            ("response_type", "code"),
            ("redirect_uri", strict.redirect_uri()),
            ("scope", "openid"),
            ("code_challenge", &made),
            ("code_challenge_method", "S256"),
        ];
        let push = async |change| strict.post_with("/oauth2/par", &fields, &[("dpop", &proof(change))]).await;
        let given = nonce(&push(json!({})).await, 400);
        nonce(&push(stale.clone()).await, 400);
        assert_eq!(push(given).await.status, 201);

        // At userinfo, where the token tells whose it is: RFC 9449 §9.
        for (rp, demands) in [(&strict, true), (&other, false)] {
            let code = rp.code("ada").await;
            let first = redeem(rp, &code, &app.token_proof(&key, json!({}))).await;
            let tokens = match demands {
                true => redeem(rp, &code, &app.token_proof(&key, nonce(&first, 400))).await.ok(),
                false => first.ok(),
            };
            let token = tokens.access_token();
            let ask = async |change| userinfo(app, "DPoP", &token, &[&userinfo_proof(app, &key, &token, change)]).await;
            let bare = ask(json!({})).await;
            nonce(&ask(stale.clone()).await, 401);
            if demands {
                let challenge = bare.headers["www-authenticate"].to_str().expect("text");
                assert!(challenge.starts_with("DPoP ") && challenge.contains("error=\"use_dpop_nonce\""), "{challenge}");
                ask(nonce(&bare, 401)).await.ok();
            } else {
                bare.ok();
            }
        }
    })
    .await;
}
