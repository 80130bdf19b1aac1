//! RFC 7591 §2: every rule by an example that breaks it.

use serde_json::json;

use super::*;
use crate::model::client::{AccessTokenFormat, IdTokenClaims, Profile};
use crate::spec::testing::client;

fn draft() -> ClientDraft {
    ClientDraft { redirect_uris: vec!["https://rp.example/cb".to_owned()], ..ClientDraft::new("Example", ClientOrigin::Administrator) }
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn fields(draft: &ClientDraft) -> Vec<&'static str> {
    check(draft).err().unwrap_or_default().iter().map(|problem| problem.field).collect()
}

#[test]
fn the_defaults_are_those_of_a_confidential_web_application() {
    let metadata = check(&draft()).unwrap();
    assert_eq!(metadata.grant_types, ["authorization_code", "refresh_token"]);
    assert_eq!(metadata.response_types, ["code"]);
    assert_eq!(metadata.scopes, ["openid", "profile", "email", "address", "phone", "groups", "offline_access"]);
    assert_eq!((metadata.auth_method, metadata.require_pkce, metadata.refresh_rotation), (None, false, true));
    assert_eq!((metadata.profile, metadata.id_token_claims), (Profile::Oauth21, IdTokenClaims::Full));
    assert_eq!((metadata.access_token_format, metadata.skip_consent), (AccessTokenFormat::Opaque, false));
    let dynamic = check(&ClientDraft { origin: ClientOrigin::Dynamic, ..draft() }).unwrap();
    assert_eq!(dynamic.id_token_claims, IdTokenClaims::Minimal);
}

#[test]
fn a_public_client_always_proves_possession_of_its_code() {
    let metadata = check(&ClientDraft { public: true, ..draft() }).unwrap();
    assert_eq!((metadata.auth_method, metadata.require_pkce), (Some(AuthMethod::None), true));
    let by_method = check(&ClientDraft { auth_method: Some("none".to_owned()), ..draft() }).unwrap();
    assert_eq!(by_method.auth_method, Some(AuthMethod::None));
    let wrong = ClientDraft {
        public: true,
        require_pkce: Some(false),
        refresh_rotation: Some(false),
        auth_method: Some("client_secret_post".to_owned()),
        grant_types: list(&["authorization_code", "client_credentials"]),
        secret: Some(Secret::from("abcdefghijklmnopqrstuvwxyz")),
        ..draft()
    };
    assert_eq!(fields(&wrong), ["token_endpoint_auth_method", "client_secret", "grant_types", "require_pkce", "refresh_rotation"]);
}

#[test]
fn a_service_needs_no_redirect_uri_and_a_web_application_does() {
    let service = ClientDraft { grant_types: list(&["client_credentials"]), ..ClientDraft::new("Service", ClientOrigin::Administrator) };
    let metadata = check(&service).unwrap();
    assert!(metadata.response_types.is_empty() && metadata.scopes.is_empty());
    let nothing = check(&ClientDraft::new("Nothing", ClientOrigin::Administrator)).unwrap_err();
    assert_eq!(nothing[0].field, "redirect_uris");
    assert!(nothing[0].mend.contains("--redirect-uri"), "{}", nothing[0]);
    assert_eq!(
        fields(&ClientDraft { redirect_uris: Vec::new(), grant_types: list(&["authorization_code"]), ..draft() }),
        ["redirect_uris"]
    );
    assert_eq!(fields(&ClientDraft { grant_types: list(&["refresh_token"]), ..draft() }), ["grant_types"]);
}

#[test]
fn every_problem_is_told_at_once() {
    let wrong = ClientDraft {
        client_id: Some("a b".to_owned()),
        secret: Some(Secret::from("short")),
        redirect_uris: list(&["javascript:alert(1)"]),
        post_logout_redirect_uris: list(&["data:x"]),
        grant_types: list(&["authorization_code", "password"]),
        response_types: list(&["code", "token"]),
        scopes: list(&["open id"]),
        profile: Some("fapi3".to_owned()),
        id_token_claims: Some("some".to_owned()),
        id_token_signed_response_alg: Some("none".to_owned()),
        userinfo_signed_response_alg: Some("HS256".to_owned()),
        access_token_format: Some("paper".to_owned()),
        auth_method: Some("private_key".to_owned()),
        default_resource: Some("/relative".to_owned()),
        allowed_origins: list(&["https://rp.example/", "*", "null", "http://rp.example"]),
        access_token_lifetime: Some(0),
        id_token_lifetime: Some(u64::MAX),
        contacts: list(&["a\nb"]),
        ..ClientDraft::new(" ", ClientOrigin::Administrator)
    };
    let mut told = fields(&wrong);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "access_token_format",
            "access_token_lifetime",
            "allowed_origins",
            "allowed_origins",
            "allowed_origins",
            "allowed_origins",
            "client_id",
            "client_name",
            "client_secret",
            "contacts",
            "default_resource",
            "grant_types",
            "id_token_claims",
            "id_token_lifetime",
            "id_token_signed_response_alg",
            "post_logout_redirect_uris",
            "profile",
            "redirect_uris",
            "response_types",
            "scope",
            "token_endpoint_auth_method",
            "userinfo_signed_response_alg",
        ]
    );
}

#[test]
fn addresses_are_https_or_this_machine() {
    for uri in [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:x",
        "http://rp.example",
        "//rp.example",
        "https://u@rp.example",
        " https://rp.example",
        "https:///rp.example",
        "https:rp.example",
        "https://?x",
        "https://*.rp.example/",
    ] {
        let uri = Some(uri.to_owned());
        let wrong =
            ClientDraft { client_uri: uri.clone(), logo_uri: uri.clone(), policy_uri: uri.clone(), tos_uri: uri.clone(), ..draft() };
        assert_eq!(fields(&wrong), ["client_uri", "logo_uri", "policy_uri", "tos_uri"], "{uri:?}");
        let mut wrong = draft();
        wrong.protocol.set("backchannel_logout_uri", json!(uri)).unwrap();
        assert!(wrong.protocol.set("initiate_login_uri", json!(5)).is_err());
        wrong.protocol.set("initiate_login_uri", json!(uri)).unwrap();
        assert_eq!(fields(&wrong), ["initiate_login_uri", "backchannel_logout_uri"], "{uri:?}");
    }
    let mut fragment = draft();
    fragment.protocol.set("initiate_login_uri", json!("https://rp.example/start#x")).unwrap();
    assert_eq!(fields(&fragment), ["initiate_login_uri"]);
    for uri in ["https://rp.example/logo.png", "http://localhost:8000/", "http://[::1]/"] {
        assert_eq!(fields(&ClientDraft { logo_uri: Some(uri.to_owned()), ..draft() }), [""; 0], "{uri}");
    }
    assert!(check(&ClientDraft { allowed_origins: list(&["https://rp.example:8443", "http://localhost:3000"]), ..draft() }).is_ok());
}

#[test]
fn a_problem_never_repeats_the_secret() {
    let problems = check(&ClientDraft { secret: Some(Secret::from("hunter2 hunter2 hunter2")), ..draft() }).unwrap_err();
    assert!(!format!("{problems:?}").contains("hunter2"));
}

#[test]
fn strangers_may_not_do_what_administrators_may() {
    let stranger = ClientDraft {
        origin: ClientOrigin::Dynamic,
        skip_consent: true,
        redirect_uris: list(&["myapp:/cb", "http://127.0.0.1/cb"]),
        ..draft()
    };
    assert_eq!(fields(&stranger), ["redirect_uris", "skip_consent"]); // a program of its own may listen on loopback: RFC 8252 §8.4
    assert!(check(&ClientDraft { origin: ClientOrigin::Administrator, ..stranger }).is_ok());
}

#[test]
fn requests_and_answers_are_signed_as_the_profile_knows() {
    let fapi = ClientDraft { profile: Some("fapi2".to_owned()), auth_method: Some("private_key_jwt".to_owned()), ..draft() };
    assert_eq!(check(&fapi).unwrap().id_token_signed_response_alg.as_deref(), Some("PS256"));
    let mut weak = ClientDraft { id_token_signed_response_alg: Some("RS256".to_owned()), ..fapi };
    weak.protocol.request_object_signing_alg = Some("none".to_owned());
    weak.protocol.require_signed_request_object = true;
    weak.protocol.authorization_signed_response_alg = Some("HS256".to_owned());
    weak.protocol.request_uris = list(&["ftp://rp.example/request"]);
    assert_eq!(
        fields(&weak),
        ["id_token_signed_response_alg", "request_object_signing_alg", "authorization_signed_response_alg", "request_uris"]
    );
}

#[test]
fn older_response_types_are_for_their_profile_and_need_their_grant_types() {
    let hybrid = |profile: &str, grants: &[&str]| ClientDraft {
        profile: Some(profile.to_owned()),
        auth_method: (profile == "fapi1").then(|| "private_key_jwt".to_owned()),
        grant_types: list(grants),
        response_types: list(&["code", "code id_token"]),
        ..draft()
    };
    assert!(check(&hybrid("legacy", &["authorization_code", "implicit"])).is_ok());
    assert!(check(&hybrid("fapi1", &["authorization_code"])).is_ok());
    assert_eq!(fields(&hybrid("legacy", &["authorization_code"])), ["response_types"]);
    assert_eq!(fields(&hybrid("oauth21", &["authorization_code", "implicit"])), ["response_types", "grant_types"]);
}

#[test]
fn a_client_is_shown_under_its_registered_names_and_can_be_drafted_again() {
    let mut client = client();
    client.metadata.protocol.software_id = Some("x".to_owned());
    client.metadata.more.insert("client_id".to_owned(), json!("forged"));
    let shown = Value::Object(to_registered_json(&client));
    assert_eq!(shown["client_id"], "s6BhdRkqt3");
    assert_eq!(shown["scope"], "openid profile");
    assert_eq!(shown["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(shown["software_id"], "x");
    assert_eq!(shown["created_at"], "2023-11-14T22:13:20Z");
    assert_eq!(
        (&shown["id_token_claims"], &shown["access_token_format"], &shown["profile"]),
        (&json!("full"), &json!("opaque"), &json!("oauth21"))
    );
    assert_eq!(shown.get("client_secret"), None);
    assert_eq!(check(&ClientDraft::of(&client)).unwrap(), client.metadata);
}
