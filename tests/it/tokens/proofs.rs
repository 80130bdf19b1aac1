//! A proof is good for one success: RFC 9449 §11.1.

use serde_json::json;

use super::dpop::{credentials, redeem, refresh, userinfo, userinfo_proof};
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::possession::DpopKey;
use crate::support::relying_party::VERIFIER;

#[tokio::test]
async fn a_proof_is_used_up_by_a_success_and_by_nothing_else() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let key = DpopKey::new();
        let public = app.public_client().await;
        let code = public.code("ada").await;
        let proof = app.token_proof(&key, json!({}));
        redeem(&public, "ac_none", &proof).await.is(400, "invalid_grant");
        refresh(&public, "rt_none", &[&proof]).await.is(400, "invalid_grant");
        let tokens = redeem(&public, &code, &proof).await.ok();
        refresh(&public, &tokens.refresh_token(), &[&proof]).await.is(400, "invalid_dpop_proof");
        refresh(&public, &tokens.refresh_token(), &[&app.token_proof(&key, json!({}))]).await.ok();

        let rp = app.relying_party().await;
        let token = credentials(&rp, &[&app.token_proof(&key, json!({}))]).await.ok().access_token();
        let proof = userinfo_proof(&app, &key, &token, json!({}));
        for _ in 0..2 {
            userinfo(&app, "DPoP", &token, &[&proof]).await.is(403, "insufficient_scope");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_pushed_request_that_is_refused_leaves_its_proof_unused() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let key = DpopKey::new();
        let challenge = crate::support::relying_party::challenge(VERIFIER);
        for rp in [app.public_client().await, app.relying_party().await] {
            let proof = key.proof(("POST", &format!("{}/oauth2/par", app.base)), app.now(), json!({}));
            let push = async |scope: &str| {
                let fields = [
                    ("response_type", "code"),
                    ("redirect_uri", rp.redirect_uri()),
                    ("scope", scope),
                    ("code_challenge", &challenge),
                    ("code_challenge_method", "S256"),
                    ("resource", if scope == "openid" { "" } else { "https://unknown.example" }),
                ];
                rp.post_with("/oauth2/par", &fields, &[("dpop", &proof)]).await
            };
            push("openid profile").await.is(400, "invalid_target");
            assert_eq!(push("openid").await.status, 201);
            push("openid").await.is(400, "invalid_dpop_proof");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn of_many_requests_with_one_proof_one_gets_a_token() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let proof = app.token_proof(&DpopKey::new(), json!({}));
        let proofs = [proof.as_str()];
        let answers = futures_util::future::join_all((0..20).map(|_| credentials(&rp, &proofs))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        answers.iter().filter(|answer| answer.status != 200).for_each(|answer| answer.is(400, "invalid_dpop_proof"));
        app.stop().await;
    })
    .await;
}
