//! Every grant type against every check. Both come from registries, and a new one of either fails here until it is covered: grant types from
//! `GRANTS`, checks from what `authy explain` lays out of the token endpoint, from the members of a client, and from profiles and bindings.
//! T-COD-5, T-SCO-1, T-SCO-2, T-RT-5.

mod bindings;
mod checks;
mod details;
mod members;
mod withdrawn;

use authy::grants::GRANTS;
use authy::jose::Algorithm;
use authy::model::client::ClientMetadata;
use authy::model::user::User;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::elsewhere;
use crate::support::relying_party::{Answer, RelyingParty, VERIFIER};
use crate::support::signer;

const ISSUER: &str = "https://idp.example";
const SCOPE: &str = "openid read offline_access";

/// How a grant type is tried.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The parameter that carries what is exchanged; `None`: the client itself is enough.
    pub(super) artefact: Option<&'static str>,
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

pub(super) fn cases() -> Vec<Case> {
    GRANTS.iter().map(|grant| case(grant.name())).collect()
}

/// By every grant type.
fn by_all(metadata: &mut ClientMetadata) {
    metadata.grant_types = GRANTS.iter().map(|grant| grant.name().to_owned()).collect();
    metadata.protocol.assertion_issuers = vec![json!({ "issuer": ISSUER, "jwks": signer::set([signer::key(Algorithm::ES256)]) })];
}

/// A client that may do everything.
pub(super) async fn client(app: &TestApp) -> RelyingParty<'_> {
    app.client(by_all).await.with_scope(SCOPE)
}

/// What is exchanged, fresh.
async fn artefact(rp: &RelyingParty<'_>, case: &Case, ada: &User) -> String {
    artefact_for(rp, case, ada, &[]).await
}

/// The same, for a request with `more`.
pub(super) async fn artefact_for(rp: &RelyingParty<'_>, case: &Case, ada: &User, more: &[(&str, &str)]) -> String {
    let app = rp.app;
    let code = async || rp.code_in(&mut app.browser(), "ada", more).await;
    match case.artefact {
        Some("code") => code().await,
        Some("refresh_token") => rp.redeem(&code().await).await.ok().refresh_token(),
        Some("subject_token") => rp.redeem(&code().await).await.ok().access_token(),
        Some("device_code") => {
            let started = elsewhere::start(rp, &[&[("scope", SCOPE)], more].concat()).await.ok();
            elsewhere::allow_device(app, &started, "ada").await;
            started.text("device_code")
        }
        Some("auth_req_id") => {
            let asked = rp.post("/oauth2/bc-authorize", &[&[("scope", SCOPE), ("login_hint", "ada")], more].concat()).await.ok();
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

/// The fields of a token request with that artefact, as they should be.
fn fields<'a>(rp: &'a RelyingParty<'_>, case: &Case, artefact: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut fields = vec![("grant_type", case.name)];
    fields.extend(case.artefact.map(|parameter| (parameter, artefact)));
    match case.artefact {
        Some("code") => fields.extend([("redirect_uri", rp.redirect_uri()), ("code_verifier", VERIFIER)]),
        Some("subject_token") => fields.push(("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")),
        _ => {}
    }
    fields
}

/// The token request with that artefact, as it should be but for `more`.
pub(super) async fn exchange(rp: &RelyingParty<'_>, case: &Case, artefact: &str, more: &[(&str, &str)]) -> Answer {
    exchange_with(rp, case, artefact, (more, &[])).await
}

type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The same with more headers.
async fn exchange_with(rp: &RelyingParty<'_>, case: &Case, artefact: &str, (more, headers): (Pairs<'_>, Pairs<'_>)) -> Answer {
    let mut all: Vec<(&str, &str)> = fields(rp, case, artefact);
    all.extend_from_slice(more);
    rp.post_with("/oauth2/token", &all, headers).await
}

/// As a command beside the server changes a client.
pub(super) async fn change(rp: &RelyingParty<'_>) {
    rp.app.change_client(&rp.client).await;
}

/// What a person approved, but for an assertion, which is another issuer's word and no approval.
fn approved() -> impl Iterator<Item = Case> {
    cases().into_iter().filter(|case| !matches!(case.artefact, None | Some("assertion")))
}
