//! Authorization details (RFC 9396) by every grant type.

use serde_json::{Value, json};

use super::{SCOPE, approved, artefact_for, by_all, cases, change, exchange};
use crate::support::details::{gives, payer, payment, with_payments, wrong};

#[tokio::test]
async fn every_grant_type_gives_the_details_that_are_asked_for_and_no_others() {
    with_payments(async |app, ada| {
        let rp = payer(app, by_all).await.with_scope(SCOPE);
        let (both, one) = (json!([payment("123.50"), payment("7.00")]), json!([payment("7.00")]));
        let (all, named) = (both.to_string(), one.to_string());
        for case in cases() {
            let artefact = artefact_for(&rp, &case, ada, &[("authorization_details", &all)]).await;
            let ask = async |details: &Value| exchange(&rp, &case, &artefact, &[("authorization_details", &details.to_string())]).await;
            for details in wrong() {
                let answer = ask(&details).await;
                assert_eq!(answer.body["error"], "invalid_authorization_details", "{}: {}", case.name, answer.body);
            }
            if approved().any(|other| other.name == case.name) {
                let answer = ask(&json!([payment("7.01")])).await;
                assert_eq!(answer.body["error"], "invalid_authorization_details", "{}: {}", case.name, answer.body);
            }
            // None of these has used it up.
            let answer = exchange(&rp, &case, &artefact, &[("authorization_details", &named)]).await;
            assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body);
            gives(&rp, &answer, &one).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_approved_in_detail_is_given_whole_unless_less_is_named() {
    with_payments(async |app, ada| {
        let rp = payer(app, by_all).await.with_scope(SCOPE);
        let details = json!([payment("123.50"), payment("7.00")]);
        for case in cases() {
            let artefact = artefact_for(&rp, &case, ada, &[("authorization_details", &details.to_string())]).await;
            let answer = exchange(&rp, &case, &artefact, &[]).await.ok();
            if approved().any(|other| other.name == case.name) {
                gives(&rp, &answer, &details).await;
            } else {
                assert_eq!(answer.body.get("authorization_details"), None, "{}: nobody asked for any", case.name);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_grant_type_gives_details_of_a_type_that_was_taken_from_the_client() {
    with_payments(async |app, ada| {
        let rp = payer(app, by_all).await.with_scope(SCOPE);
        let details = json!([payment("7.00")]).to_string();
        for case in cases() {
            let artefact = artefact_for(&rp, &case, ada, &[("authorization_details", &details)]).await;
            let mut without = rp.clone();
            without.client.metadata.protocol.authorization_details_types.clear();
            change(&without).await;
            let named = exchange(&rp, &case, &artefact, &[("authorization_details", &details)]).await;
            assert_eq!(named.body["error"], "invalid_authorization_details", "{}: {}", case.name, named.body);
            let answer = exchange(&rp, &case, &artefact, &[]).await.ok();
            assert_eq!(answer.body.get("authorization_details"), None, "{}: {}", case.name, answer.body);
            let facts = rp.introspect(&answer.access_token()).await.ok();
            assert_eq!(facts.body.get("authorization_details"), None, "{}", case.name);
            change(&rp).await;
        }
    })
    .await;
}
