//! The checks of the token endpoint as `authy explain` lays them out: each refuses at each grant type, by each of its codes, and uses nothing up.

use std::time::Duration;

use authy::admin::explain::checks;
use authy::model::user::User;
use reqwest::header::HeaderMap;
use serde_json::json;

use super::{Case, SCOPE, artefact, cases, change, client, exchange, exchange_with, fields};
use crate::support::elsewhere;
use crate::support::possession::DpopKey;
use crate::support::relying_party::{Answer, RelyingParty, post};
use crate::support::scene::with_ada;

/// Every code that a check of the token endpoint refuses with.
fn codes() -> Vec<&'static str> {
    let checks = checks::of_endpoint("token");
    for check in checks {
        assert!(!check.codes.is_empty(), "no code is told of the check: {}", check.what);
    }
    checks.iter().flat_map(|check| check.codes).copied().collect()
}

/// Codes of a question that a person has to answer elsewhere; only these grant types ask one.
fn is_about_an_answer(code: &str) -> bool {
    matches!(code, "authorization_pending" | "slow_down" | "expired_token" | "access_denied")
}

/// The refusal of a request that is right but for one thing; `None` where the grant type has nothing to check so.
async fn refused(rp: &RelyingParty<'_>, case: &Case, brought: &str, code: &str) -> Option<Answer> {
    let with = async |more: &[(&str, &str)]| exchange(rp, case, brought, more).await;
    let proving = async |proof: &str| exchange_with(rp, case, brought, (&[], &[("dpop", proof)])).await;
    Some(match code {
        "invalid_request" => with(&[("grant_type", case.name)]).await,
        "invalid_client" => post(&rp.app.base, "/oauth2/token", &fields(rp, case, brought), HeaderMap::new()).await,
        "unsupported_grant_type" => rp.token(&[&[("grant_type", "password")], &fields(rp, case, brought)[1..]].concat()).await,
        "unauthorized_client" => {
            let mut without = rp.clone();
            without.client.metadata.grant_types.retain(|grant| grant != case.name);
            change(&without).await;
            let answer = with(&[]).await;
            change(rp).await;
            answer
        }
        "invalid_dpop_proof" => proving("not.a.proof").await,
        "use_dpop_nonce" => {
            let url = format!("{}/oauth2/token", rp.app.base);
            proving(&DpopKey::new().proof(("POST", &url), rp.app.now(), json!({ "nonce": "not-ours" }))).await
        }
        "invalid_grant" if case.artefact.is_none() => return None,
        "invalid_grant" => exchange(rp, case, "made-up", &[]).await,
        // Elsewhere the scope was settled when the approval was asked for.
        "invalid_scope" if !case.asks_scope => return None,
        "invalid_scope" => with(&[("scope", "admin")]).await,
        "invalid_target" => with(&[("resource", "https://nobody.example/")]).await,
        "invalid_authorization_details" => with(&[("authorization_details", r#"[{"type":"unknown"}]"#)]).await,
        other => panic!("the token endpoint refuses with {other}: say here what provokes it, for each grant type"),
    })
}

#[tokio::test]
async fn every_check_of_the_token_endpoint_is_made_for_every_grant_type_and_uses_nothing_up() {
    with_ada(async |app, ada| {
        let rp = client(app).await;
        for case in cases() {
            let brought = artefact(&rp, &case, ada).await;
            for code in codes().into_iter().filter(|code| !is_about_an_answer(code)) {
                let Some(answer) = refused(&rp, &case, &brought, code).await else { continue };
                let status = if code == "invalid_client" { 401 } else { 400 };
                assert_eq!((answer.status, answer.body["error"].as_str()), (status, Some(code)), "{}: {}", case.name, answer.body);
                assert_eq!(answer.body.get("access_token"), None, "{}", case.name);
            }
            let answer = exchange(&rp, &case, &brought, &[]).await;
            assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body);
            if case.once {
                exchange(&rp, &case, &brought, &[]).await.is(400, "invalid_grant");
            }
        }
        assert!(app.app.user(&ada.subject).await.expect("the database").is_some());
    })
    .await;
}

/// A question that nobody has answered yet.
async fn asked(rp: &RelyingParty<'_>, case: &Case) -> Answer {
    match case.artefact {
        Some("device_code") => elsewhere::start(rp, &[("scope", SCOPE)]).await.ok(),
        _ => rp.post("/oauth2/bc-authorize", &[("scope", SCOPE), ("login_hint", "ada")]).await.ok(),
    }
}

async fn denied(rp: &RelyingParty<'_>, case: &Case, asked: &Answer) {
    if case.artefact == Some("device_code") {
        let mut browser = rp.app.browser();
        let page = elsewhere::question(&mut browser, asked, "ada").await;
        browser.press(&page, "device-form", "device-deny").await.page();
    } else {
        elsewhere::answer_request(rp.app, "ada", "deny").await;
    }
}

#[tokio::test]
async fn a_grant_type_that_waits_for_somebody_elsewhere_says_how_it_stands() {
    with_ada(async |app, _: &User| {
        let rp = client(app).await;
        let waiting = |case: &Case| matches!(case.artefact, Some("device_code" | "auth_req_id"));
        for case in cases().into_iter().filter(waiting) {
            for code in codes().into_iter().filter(|code| is_about_an_answer(code)) {
                let asked = asked(&rp, &case).await;
                let brought = asked.text(case.artefact.expect("a code"));
                match code {
                    "authorization_pending" => {}
                    "slow_down" => exchange(&rp, &case, &brought, &[]).await.is(400, "authorization_pending"),
                    "access_denied" => denied(&rp, &case, &asked).await,
                    "expired_token" => app.advance(Duration::from_secs(asked.body["expires_in"].as_u64().expect("a number"))),
                    other => panic!("what the answer has to be for {other}"),
                }
                exchange(&rp, &case, &brought, &[]).await.is(400, code);
            }
        }
    })
    .await;
}
