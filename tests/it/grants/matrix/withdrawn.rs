//! What each grant type gives no more: to the wrong client, to whoever is locked, what was taken back or used otherwise.

use std::time::Duration;

use authy::model::user::{Password, User};

use super::{approved, artefact, cases, change, client, exchange};
use crate::support::app::TestApp;
use crate::support::relying_party::RelyingParty;
use crate::support::scene::with_ada;

#[tokio::test]
async fn no_grant_type_serves_the_wrong_client() {
    with_ada(async |app, ada| {
        let (rp, mut other) = (client(app).await, client(app).await);
        other.client.metadata.protocol.assertion_issuers.clear();
        app.change_client(&other.client).await;
        for case in cases() {
            let brought = artefact(&rp, &case, ada).await;
            if case.artefact.is_some() {
                exchange(&other, &case, &brought, &[]).await.is(400, "invalid_grant");
            }
            let mut without = rp.clone();
            without.client.metadata.grant_types.retain(|grant| grant != case.name);
            change(&without).await;
            exchange(&rp, &case, &brought, &[]).await.is(400, "unauthorized_client");
            let disabled = RelyingParty { client: authy::model::client::Client { enabled: false, ..rp.client.clone() }, ..rp.clone() };
            change(&disabled).await;
            exchange(&rp, &case, &brought, &[]).await.is(401, "invalid_client");
            change(&rp).await;
            let answer = exchange(&rp, &case, &brought, &[]).await;
            assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body);
        }
    })
    .await;
}

#[tokio::test]
async fn no_grant_type_serves_a_person_who_is_locked_or_what_is_long_over() {
    with_ada(async |app, ada| {
        let rp = client(app).await;
        for case in cases().into_iter().filter(|case| case.artefact.is_some()) {
            let brought = artefact(&rp, &case, ada).await;
            lock(app, ada, true).await;
            exchange(&rp, &case, &brought, &[]).await.is(400, "invalid_grant");
            lock(app, ada, false).await;
            app.advance(Duration::from_secs(40 * 24 * 3600));
            let late = exchange(&rp, &case, &brought, &[]).await;
            assert!(matches!(late.body["error"].as_str(), Some("invalid_grant" | "expired_token")), "{}: {}", case.name, late.body);
        }
    })
    .await;
}

#[tokio::test]
async fn no_grant_type_gives_what_its_person_took_back() {
    with_ada(async |app, ada| {
        let (rp, sql) = (client(app).await, &app.app.sql);
        for case in approved() {
            let brought = artefact(&rp, &case, ada).await;
            app.advance(Duration::from_secs(1));
            sql.forget_consent(&ada.subject, rp.id(), app.now(), &app.event("consent.withdrawn")).await.expect("the database");
            app.app.forget_approvals();
            exchange(&rp, &case, &brought, &[]).await.is(400, "invalid_grant");

            let brought = artefact(&rp, &case, ada).await;
            app.advance(Duration::from_secs(1));
            let password = sql.password_of(&ada.subject).await.expect("the database").expect("a password");
            let password = Password { changed_at: app.now(), ..password };
            app.set_password(ada, &password).await;
            app.app.forget_approvals();
            exchange(&rp, &case, &brought, &[]).await.is(400, "invalid_grant");

            let brought = artefact(&rp, &case, ada).await;
            app.advance(Duration::from_secs(1));
            lock(app, ada, true).await;
            lock(app, ada, false).await;
            // What a client has already come for is back with the account.
            let expected = if matches!(case.artefact, Some("refresh_token" | "subject_token")) { 200 } else { 400 };
            assert_eq!(exchange(&rp, &case, &brought, &[]).await.status, expected, "{}", case.name);
        }
    })
    .await;
}

#[tokio::test]
async fn no_grant_type_gives_what_was_taken_from_the_client_since() {
    with_ada(async |app, ada| {
        let rp = client(app).await;
        for case in cases() {
            let brought = artefact(&rp, &case, ada).await;
            let mut less = rp.clone();
            less.client.metadata.scopes.retain(|scope| scope != "read");
            change(&less).await;
            let given = exchange(&rp, &case, &brought, &[]).await.ok();
            assert!(!given.body["scope"].as_str().unwrap_or_default().contains("read"), "{}: {}", case.name, given.body);
            change(&rp).await;

            let brought = artefact(&rp, &case, ada).await;
            less.client.metadata.scopes.retain(|scope| scope != "offline_access");
            change(&less).await;
            let given = exchange(&rp, &case, &brought, &[]).await;
            assert!(given.body.get("refresh_token").is_none(), "{}: {}", case.name, given.body);
            change(&rp).await;

            let brought = artefact(&rp, &case, ada).await;
            let mut without = rp.clone();
            without.client.metadata.grant_types.retain(|grant| grant != "refresh_token");
            change(&without).await;
            let given = exchange(&rp, &case, &brought, &[]).await;
            assert!(given.body.get("refresh_token").is_none(), "{}: {}", case.name, given.body);
            change(&rp).await;
        }
    })
    .await;
}

async fn lock(app: &TestApp, user: &User, locked: bool) {
    let at = locked.then(|| app.now());
    assert!(app.app.sql.lock_user(&user.subject, at, &app.event("user.locked")).await.expect("the database"));
    app.app.forget_user(&user.subject);
}

#[tokio::test]
async fn what_one_grant_type_takes_no_other_does() {
    with_ada(async |app, ada| {
        let rp = client(app).await;
        let cases = cases();
        for source in cases.iter().filter(|case| case.artefact.is_some()) {
            let brought = artefact(&rp, source, ada).await;
            for target in cases.iter().filter(|case| case.artefact.is_some() && case.name != source.name) {
                let answer = exchange(&rp, target, &brought, &[]).await;
                assert_eq!(answer.body["error"], "invalid_grant", "{} as {}: {}", source.name, target.name, answer.body);
            }
        }
    })
    .await;
}
