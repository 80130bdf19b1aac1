//! What strangers may say.

use serde_json::json;

use super::*;
use crate::config::Settings;
use crate::model::client::protocol::ProtocolMetadata;

/// What only administrators may grant. A new member must be put here or among [`PROTOCOL`] before this passes.
const FOR_ADMINISTRATORS: &[&str] = &["resources", "exchange_impersonation", "assertion_issuers", "weakenings"];

fn made(members: Value) -> Result<ClientDraft, Refusal> {
    let policy = Settings::for_tests().registration;
    with(members, &policy)
}

fn with(members: Value, policy: &Registration) -> Result<ClientDraft, Refusal> {
    let mut all = json!({"redirect_uris": ["https://rp.example/cb"]}).as_object().cloned().unwrap();
    all.extend(members.as_object().cloned().unwrap());
    draft(all, policy)
}

#[test]
fn every_member_is_either_open_to_strangers_or_not() {
    for member in ProtocolMetadata::MEMBERS {
        assert_ne!(PROTOCOL.contains(member), FOR_ADMINISTRATORS.contains(member), "{member}");
    }
    for member in PROTOCOL.iter().chain(FOR_ADMINISTRATORS) {
        assert!(ProtocolMetadata::MEMBERS.contains(member), "{member}");
    }
}

#[test]
fn scopes_beyond_the_policy_are_dropped_and_never_become_the_usual_ones() {
    let mut policy = Settings::for_tests().registration;
    policy.scopes = vec!["openid".to_owned(), "profile".to_owned()];
    assert_eq!(with(json!({}), &policy).unwrap().scopes, policy.scopes);
    assert_eq!(with(json!({"scope": "openid email"}), &policy).unwrap().scopes, ["openid"]);
    assert_eq!(with(json!({"scope": "email"}), &policy).unwrap_err().error.about, Some("scope"));
    let nothing = Registration { scopes: Vec::new(), grant_types: vec!["client_credentials".to_owned()], ..policy.clone() };
    let service = json!({"grant_types": ["client_credentials"], "redirect_uris": [], "scope": "email"});
    assert!(checked(&with(service, &nothing).unwrap()).unwrap().scopes.is_empty());
    policy.scopes.clear();
    assert_eq!(with(json!({}), &policy).unwrap_err().error.about, Some("scope"));
}

#[test]
fn grant_types_follow_the_response_types_and_the_policy() {
    let plain = made(json!({})).unwrap();
    assert_eq!(
        (plain.grant_types, plain.profile),
        (vec!["authorization_code".to_owned(), "refresh_token".to_owned()], Some("oauth21".to_owned()))
    );
    let unwanted = made(json!({"grant_types": ["authorization_code", "implicit", "client_credentials"]})).unwrap();
    assert_eq!(unwanted.grant_types, ["authorization_code"]);
    assert!(made(json!({"response_types": ["code id_token"]})).is_err(), "legacy is not in the policy");
    let mut policy = Settings::for_tests().registration;
    policy.profiles.push("legacy".to_owned());
    let hybrid = with(json!({"response_types": ["code id_token"]}), &policy).unwrap();
    assert_eq!((hybrid.profile.as_deref(), hybrid.grant_types.len()), (Some("legacy"), 3));
    let mismatch = json!({"response_types": ["code id_token"], "grant_types": ["authorization_code"]});
    assert_eq!(with(mismatch, &policy).unwrap_err().error.about, Some("response_types"));
    assert!(with(json!({"response_types": ["code"], "grant_types": ["implicit"]}), &policy).is_err());
    let unknown = made(json!({"response_types": ["bogus"]})).unwrap();
    assert_eq!(checked(&unknown).unwrap_err().error.about, Some("response_types"));
}

#[test]
fn names_in_other_languages_are_kept_within_bounds() {
    let mut members = json!({"client_name#de": "Laden", "scope#de": "openid", "client_name#<b>": "x", "#": "x", "tos_uri#fr": 5});
    for number in 0..50 {
        members[format!("client_name#x-{number}")] = json!("x");
    }
    let draft = made(members).unwrap();
    assert_eq!(draft.more.len(), MOST_LANGUAGES);
    assert!(!draft.more.contains_key("scope#de") && !draft.more.contains_key("client_name#<b>") && !draft.more.contains_key("tos_uri#fr"));
}
