//! What each member of a registration does to a token request, by every grant type: a new member fails here until somebody says what.

use authy::grants;
use authy::model::client::protocol::ProtocolMetadata;
use authy::model::client::{AccessTokenFormat, AuthMethod, Client, ClientMetadata};
use authy::model::user::User;
use serde_json::Value;

use super::{Case, artefact, cases, change, client, exchange};
use crate::support::app::TestApp;
use crate::support::relying_party::{Answer, RelyingParty};
use crate::support::scene::with_ada;

/// What is expected of a token request, once a member has been changed.
type Expected = fn(&Case, &Answer);

/// What a member has to do with token requests.
enum Place {
    /// It bears upon every grant type, in a way that is tried here: a change, and what comes of it.
    Here(fn(&mut RelyingParty<'_>), Expected),
    /// It bears upon every grant type, and another file of the matrix tries it.
    Matrix,
    /// It bears upon some grant types, or upon other tokens than access tokens, and is tried there.
    Elsewhere,
    /// It decides nothing at the token endpoint.
    None,
}

/// Of one grant type each, of ID Tokens and refresh tokens, and of how a client proves who it is.
#[rustfmt::skip]
const ELSEWHERE: &[&str] = &[
    "assertion_issuers", "exchange_impersonation", "backchannel_token_delivery_mode", "refresh_rotation", "require_pkce",
    "default_resource", "id_token_lifetime", "refresh_token_lifetime", "id_token_claims", "id_token_signed_response_alg",
    "id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "subject_type", "sector_identifier_uri", "jwks", "jwks_uri",
    "token_endpoint_auth_signing_alg", "tls_client_auth_subject_dn", "tls_client_auth_san_dns", "tls_client_auth_san_uri",
    "tls_client_auth_san_ip", "tls_client_auth_san_email", "dpop_nonce_required", "weakenings",
];

/// Of other endpoints, of pages, or kept for the record.
#[rustfmt::skip]
const NO_MATTER: &[&str] = &[
    "redirect_uris", "post_logout_redirect_uris", "response_types", "userinfo_signed_response_alg", "skip_consent", "allowed_origins",
    "default_max_age", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "more", "require_pushed_authorization_requests",
    "require_signed_request_object", "request_object_signing_alg", "request_object_encryption_alg", "request_object_encryption_enc",
    "request_uris", "authorization_signed_response_alg", "authorization_encrypted_response_alg", "authorization_encrypted_response_enc",
    "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc", "introspection_signed_response_alg",
    "introspection_encrypted_response_alg", "introspection_encrypted_response_enc", "default_acr_values", "require_auth_time",
    "application_type", "initiate_login_uri", "backchannel_logout_uri", "backchannel_logout_session_required",
    "frontchannel_logout_uri", "frontchannel_logout_session_required", "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg", "software_id", "software_version",
];

fn place(member: &str) -> Place {
    match member {
        "auth_method" => Place::Here(
            |rp| {
                rp.client.metadata.auth_method = Some(AuthMethod::None);
                rp.secret = None;
            },
            public_is_let_in_where_the_grant_type_is_open,
        ),
        "access_token_lifetime" => Place::Here(|rp| rp.client.metadata.access_token_lifetime = Some(77), lives_so_long),
        "access_token_format" => Place::Here(|rp| rp.client.metadata.access_token_format = AccessTokenFormat::Jwt, is_a_jwt),
        "grant_types"
        | "scopes"
        | "profile"
        | "dpop_bound_access_tokens"
        | "tls_client_certificate_bound_access_tokens"
        | "authorization_details_types"
        | "resources" => Place::Matrix,
        known if ELSEWHERE.contains(&known) => Place::Elsewhere,
        known if NO_MATTER.contains(&known) => Place::None,
        other => {
            panic!("the member {other} has no place here: say what it does to token requests, and try it with every grant type if it does")
        }
    }
}

fn public_is_let_in_where_the_grant_type_is_open(case: &Case, answer: &Answer) {
    match grants::find(case.name).expect("a grant type").open_to_public_clients() {
        true => assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body),
        false => answer.is(400, "unauthorized_client"),
    }
}

fn lives_so_long(case: &Case, answer: &Answer) {
    assert_eq!(answer.body["expires_in"], 77, "{}: {}", case.name, answer.body);
}

fn is_a_jwt(case: &Case, answer: &Answer) {
    assert_eq!(answer.access_token().matches('.').count(), 2, "{}", case.name);
}

/// Every member of a client's metadata, by the names of the structs that hold them.
fn members() -> Vec<String> {
    let Ok(Value::Object(metadata)) = serde_json::to_value(ClientMetadata::default()) else { panic!("metadata is an object") };
    let own = metadata.into_iter().map(|(name, _)| name).filter(|name| name != "protocol");
    own.chain(ProtocolMetadata::MEMBERS.iter().map(|name| (*name).to_owned())).collect()
}

/// With `change`, the grant type's own artefact still fresh.
async fn tried(app: &TestApp, rp: &RelyingParty<'_>, case: &Case, ada: &User, adjust: fn(&mut RelyingParty<'_>)) -> Answer {
    let brought = artefact(rp, case, ada).await;
    let mut changed = rp.clone();
    adjust(&mut changed);
    change(&changed).await;
    let answer = exchange(&changed, case, &brought, &[]).await;
    change(rp).await;
    app.app.forget_approvals();
    answer
}

#[tokio::test]
async fn every_member_of_a_registration_does_to_every_grant_type_what_it_should() {
    with_ada(async |app, ada| {
        let rp = client(app).await;
        // What is no member of the metadata: whether it is enabled is tried with the wrong clients, and who brought it in decides nothing here.
        let Client { client_id: _, name: _, origin: _, enabled: _, metadata: _, secrets: _, created_at: _, updated_at: _ } = &rp.client;
        for member in members() {
            let Place::Here(adjust, expected) = place(&member) else { continue };
            for case in cases() {
                expected(&case, &tried(app, &rp, &case, ada, adjust).await);
            }
        }
    })
    .await;
}
