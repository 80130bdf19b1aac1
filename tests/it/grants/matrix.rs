//! Every grant type against every check, from the registry: a new one fails here until it is covered. T-COD-5, T-SCO-1, T-SCO-2, T-RT-5.

use std::time::Duration;

use authy::grants::GRANTS;
use authy::jose::Algorithm;
use authy::model::user::{Password, User};
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::elsewhere;
use crate::support::relying_party::{Answer, RelyingParty, VERIFIER};
use crate::support::scene::with_ada;
use crate::support::signer;

const ISSUER: &str = "https://idp.example";
const SCOPE: &str = "openid read offline_access";

/// How a grant type is tried.
struct Case {
    name: &'static str,
    /// The parameter that carries what is exchanged; `None`: the client itself is enough.
    artefact: Option<&'static str>,
    /// Whether it is good once.
    once: bool,
    /// Whether the token request names scopes, so that a foreign one is refused there.
    asks_scope: bool,
}

fn case(name: &'static str) -> Case {
    let (artefact, once, asks_scope) = match name {
        "authorization_code" => (Some("code"), true, false),
        "refresh_token" => (Some("refresh_token"), false, true),
        "client_credentials" => (None, false, true),
        "urn:ietf:params:oauth:grant-type:device_code" => (Some("device_code"), true, false),
        "urn:ietf:params:oauth:grant-type:token-exchange" => (Some("subject_token"), false, true),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => (Some("assertion"), true, true),
        "urn:openid:params:grant-type:ciba" => (Some("auth_req_id"), true, false),
        other => panic!("the grant type {other} has no cases here: add one, and how its artefact is come by"),
    };
    Case { name, artefact, once, asks_scope }
}

fn cases() -> Vec<Case> {
    GRANTS.iter().map(|grant| case(grant.name())).collect()
}

/// A client that may do everything.
async fn client(app: &TestApp) -> RelyingParty<'_> {
    let rp = app
        .client(|metadata| {
            metadata.grant_types = GRANTS.iter().map(|grant| grant.name().to_owned()).collect();
            metadata.protocol.assertion_issuers = vec![json!({ "issuer": ISSUER, "jwks": signer::set([signer::key(Algorithm::ES256)]) })];
        })
        .await;
    rp.with_scope(SCOPE)
}

/// What is exchanged, fresh.
async fn artefact(rp: &RelyingParty<'_>, case: &Case, ada: &User) -> String {
    let app = rp.app;
    match case.artefact {
        Some("code") => rp.code("ada").await,
        Some("refresh_token") => rp.login("ada").await.refresh_token(),
        Some("subject_token") => rp.login("ada").await.access_token(),
        Some("device_code") => {
            let started = elsewhere::start(rp, &[("scope", SCOPE)]).await.ok();
            elsewhere::allow_device(app, &started, "ada").await;
            started.text("device_code")
        }
        Some("auth_req_id") => {
            let asked = rp.post("/oauth2/bc-authorize", &[("scope", SCOPE), ("login_hint", "ada")]).await.ok();
            elsewhere::answer_request(app, "ada", "allow").await;
            asked.text("auth_req_id")
        }
        Some("assertion") => {
            let claims = signer::claims(ISSUER, &app.base, app.now().as_seconds());
            signer::sign(signer::key(Algorithm::ES256), &signer::with(claims, &json!({ "sub": ada.subject })))
        }
        _ => String::new(),
    }
}

/// The token request with that artefact, as it should be but for `more`.
async fn exchange(rp: &RelyingParty<'_>, case: &Case, artefact: &str, more: &[(&str, &str)]) -> Answer {
    let redirect_uri = rp.redirect_uri().to_owned();
    let mut fields = vec![("grant_type", case.name)];
    fields.extend(case.artefact.map(|parameter| (parameter, artefact)));
    match case.artefact {
        Some("code") => fields.extend([("redirect_uri", redirect_uri.as_str()), ("code_verifier", VERIFIER)]),
        Some("subject_token") => fields.push(("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")),
        _ => {}
    }
    fields.extend_from_slice(more);
    rp.token(&fields).await
}

#[tokio::test]
async fn every_grant_type_gives_what_it_should_and_no_scope_that_is_not_the_clients() {
    with_ada(async |app, ada| {
        let rp = client(app).await;
        for case in cases() {
            let brought = artefact(&rp, &case, ada).await;
            exchange(&rp, &case, &brought, &[("resource", "https://nobody.example/")]).await.is(400, "invalid_target");
            if case.asks_scope {
                exchange(&rp, &case, &brought, &[("scope", "admin")]).await.is(400, "invalid_scope");
            }
            // Neither refusal has used it up.
            let answer = exchange(&rp, &case, &brought, &[]).await;
            assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body);
            if case.once {
                exchange(&rp, &case, &brought, &[]).await.is(400, "invalid_grant");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_grant_type_serves_the_wrong_client() {
    with_ada(async |app, ada| {
        let (rp, mut other) = (client(app).await, client(app).await);
        other.client.metadata.protocol.assertion_issuers.clear();
        change(&other).await;
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

async fn change(rp: &RelyingParty<'_>) {
    rp.app.change_client(&rp.client).await;
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
async fn no_grant_type_gives_a_bearer_token_to_a_client_whose_tokens_are_bound_to_a_key() {
    with_ada(async |app, ada| {
        let rp = client(app).await;
        for case in cases() {
            let brought = artefact(&rp, &case, ada).await;
            let mut bound = rp.clone();
            bound.client.metadata.protocol.dpop_bound_access_tokens = true;
            change(&bound).await;
            let answer = exchange(&rp, &case, &brought, &[]).await;
            assert_eq!((answer.status, answer.body.get("access_token")), (400, None), "{}: {}", case.name, answer.body);
            change(&rp).await;
        }
    })
    .await;
}

/// What a person approved, but for an assertion, which is another issuer's word and no approval.
fn approved() -> impl Iterator<Item = Case> {
    cases().into_iter().filter(|case| !matches!(case.artefact, None | Some("assertion")))
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
