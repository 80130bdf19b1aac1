//! Claims about the person, and the scopes that release them: OIDC Core §5.1 and §5.4.

use serde_json::{Map, Value};

use crate::model::user::User;
use crate::spec::claims_request::Section;
use crate::spec::scope::{OFFLINE_ACCESS, OPENID, Scope};

/// OIDC Core §5.4, and `groups` as 65 of 152 known applications ask for it: each scope with its claims.
const SCOPES: &[(&str, &[&str])] = &[
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    ("groups", &["groups"]),
];

/// The scopes that authy knows by itself, in the order of discovery: OIDC Core §5.4, §11, and authy's own `groups`.
pub const STANDARD_SCOPES: &[&str] = &[OPENID, "profile", "email", "address", "phone", "groups", OFFLINE_ACCESS];

/// `claims_supported`.
pub const SUPPORTED_CLAIMS: &[&str] = &[
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "at_hash",
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "address",
    "phone_number",
    "phone_number_verified",
    "groups",
];

/// Names that a protocol gives a meaning: no attribute of a person may take their place.
pub const PROTOCOL_CLAIMS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "client_id",
    "scope",
    "cnf",
    "act",
    "may_act",
    "events",
    "typ",
    "gid",
    "active",
    "token_type",
    "username",
    "authorization_details",
];

/// Claims that only authy's own fields fill, whatever is stored beside them.
pub const OWN: &[&str] = &["preferred_username", "email", "email_verified", "groups", "updated_at"];

/// OIDC Core §5.4: the standard claims that a scope releases.
pub fn claims_for_scopes(scope: &Scope) -> impl Iterator<Item = &'static str> + '_ {
    SCOPES.iter().filter(|(name, _)| scope.contains(name)).flat_map(|(_, claims)| claims.iter().copied())
}

/// The claims about a person that these scopes and this part of the `claims` parameter release, without `sub`.
///
/// OIDC Core §5.3.2: "If a Claim is not returned, that Claim Name SHOULD be omitted": there are no nulls and no blank strings.
/// A claim that is asked for by name is released without its scope; custom attributes come with the scope `profile`.
pub fn user_claims(user: &User, scope: &Scope, wanted: &Section) -> Map<String, Value> {
    let custom: Vec<&str> = if scope.contains("profile") {
        user.claims.keys().map(String::as_str).filter(|name| !is_standard(name)).collect()
    } else {
        Vec::new()
    };
    let standard = claims_for_scopes(scope).map(|name: &'static str| -> &str { name });
    let names = standard.chain(custom).chain(wanted.keys().map(String::as_str));
    names.filter_map(|name| Some((name.to_owned(), claim(user, name)?))).collect()
}

/// One claim of a person, in its standard form.
fn claim(user: &User, name: &str) -> Option<Value> {
    let stored = || user.claims.get(name).filter(|_| !OWN.contains(&name));
    match name {
        _ if PROTOCOL_CLAIMS.contains(&name) => None,
        "name" => user.name.clone().map(Value::from).and_then(filled).or_else(|| stored().and_then(|value| in_standard_form(name, value))),
        "preferred_username" => filled(Value::from(user.username.as_str())),
        "email" => user.email.clone().map(Value::from).and_then(filled),
        "email_verified" => user.email.as_ref().map(|_| Value::from(user.email_verified)),
        "groups" => Some(Value::from(user.groups.clone())),
        "updated_at" => Some(Value::from(user.updated_at.as_seconds())),
        _ => stored().and_then(|value| in_standard_form(name, value)),
    }
}

fn is_standard(name: &str) -> bool {
    SCOPES.iter().any(|(_, claims)| claims.contains(&name))
}

/// OIDC Core §5.1: the JSON type of each standard claim. An attribute that was typed in as `123` or `"true"` still leaves in the right type.
fn in_standard_form(name: &str, value: &Value) -> Option<Value> {
    match (name, value) {
        ("address", Value::String(formatted)) => filled(serde_json::json!({ "formatted": formatted })),
        ("address", Value::Object(_)) => filled(value.clone()),
        ("address", _) => None,
        ("phone_number_verified", Value::Bool(_)) => Some(value.clone()),
        ("phone_number_verified", Value::String(text)) => text.parse().ok().map(Value::Bool),
        ("phone_number_verified", _) => None,
        (_, Value::String(_)) => filled(value.clone()),
        (_, Value::Number(number)) if is_standard(name) => Some(Value::from(number.to_string())),
        _ if is_standard(name) => None,
        _ => filled(value.clone()),
    }
}

/// Leaves out what says nothing: null, blank text, and an object without any member that says something.
fn filled(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::Object(members) => {
            let members: Map<_, _> = members.into_iter().filter_map(|(name, value)| Some((name, filled(value)?))).collect();
            (!members.is_empty()).then_some(Value::Object(members))
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::claims_request::{ClaimsRequest, Section};
    use crate::spec::testing::user;
    use serde_json::json;

    fn released(scope: &str) -> Value {
        Value::Object(user_claims(&user(), &Scope::parse(scope).unwrap(), &Section::new()))
    }

    #[test]
    fn each_scope_releases_its_claims_in_their_types() {
        assert_eq!(released("openid"), json!({}));
        assert_eq!(released("email"), json!({"email": "janedoe@example.com", "email_verified": false}));
        assert_eq!(released("phone"), json!({"phone_number": "15551234", "phone_number_verified": true}));
        assert_eq!(released("address"), json!({"address": {"formatted": "1 Main Street"}}));
        assert_eq!(released("groups"), json!({"groups": ["staff"]}));
        assert_eq!(
            released("profile"),
            json!({
                "name": "Jane Doe", "given_name": "Jane", "family_name": "Doe", "preferred_username": "j.doe", "birthdate": "0000-10-31",
                "updated_at": 1_700_000_001, "immich_quota": 5
            })
        );
    }

    #[test]
    fn a_claim_asked_for_by_name_needs_no_scope() {
        let request =
            ClaimsRequest::parse(r#"{"userinfo":{"email":null,"sub":null,"nickname":null,"immich_quota":null,"unknown":null}}"#).unwrap();
        let claims = user_claims(&user(), &Scope::default(), &request.userinfo);
        assert_eq!(Value::Object(claims), json!({"email": "janedoe@example.com", "immich_quota": 5}));
    }

    #[test]
    fn attributes_never_take_the_place_of_what_authy_knows() {
        let all = released("openid profile email address phone groups");
        assert_eq!((all.get("sub"), all.get("iss")), (None, None));
        assert_eq!(all["email_verified"], false);
        let mut user = user();
        user.email = None;
        assert!(user_claims(&user, &Scope::parse("email").unwrap(), &Section::new()).is_empty());
    }

    #[test]
    fn every_claim_of_a_scope_is_advertised() {
        let all: Scope = STANDARD_SCOPES.iter().collect();
        for name in claims_for_scopes(&all) {
            assert!(SUPPORTED_CLAIMS.contains(&name), "{name}");
        }
        assert_eq!(claims_for_scopes(&all).count(), 20);
    }
}
