//! The `claims` parameter: OIDC Core §5.5.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::spec::error::{OAuthError, Refusal};
use crate::spec::json;
use crate::spec::params::Params;
use crate::spec::plain_text::has_nul;

const MAX_LENGTH: usize = 8192;
const MAX_DEPTH: usize = 5;
const MAX_CLAIMS: usize = 100;

/// How one claim is asked for: OIDC Core §5.5.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Wanted {
    /// The client cannot go on well without it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// Wanted with this value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Wanted with one of these values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

impl Wanted {
    /// Whether `actual` is what was asked for; any value is when none was named.
    pub fn accepts(&self, actual: &Value) -> bool {
        (self.value.is_none() && self.values.is_empty()) || self.value.as_ref() == Some(actual) || self.values.contains(actual)
    }
}

/// The claims asked for at one place, by name.
pub type Section = BTreeMap<String, Wanted>;

/// About the sign-in and not about the person: OIDC Core §2 puts them into ID Tokens without anybody's word.
const OF_THE_SIGN_IN: &[&str] = &["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid"];

/// The checked `claims` parameter. It is stored with the grant as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ClaimsRequest {
    /// Wanted at userinfo.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: Section,
    /// Wanted in the ID Token.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: Section,
}

impl ClaimsRequest {
    /// Reads the parameter of a request; absent means that nothing is asked for.
    ///
    /// # Errors
    /// `invalid_request` when it is not a JSON object of the right form, or beyond the bounds: 8 KiB, five levels, a hundred claims.
    pub fn check(params: &Params) -> Result<Self, Refusal> {
        params.get("claims").map_or_else(|| Ok(Self::default()), Self::parse)
    }

    /// Parses the JSON text of the parameter. Members that are not defined are ignored, as §5.5 says.
    ///
    /// # Errors
    /// As [`ClaimsRequest::check`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_LENGTH {
            return Err(invalid("longer than 8 KiB"));
        }
        let Some(members) = json::object(text.as_bytes()) else { return Err(invalid("not a JSON object, or a member comes twice in it")) };
        if members.values().any(has_nul) {
            return Err(invalid("a NUL character (U+0000) in it"));
        }
        if members.values().map(depth).max().unwrap_or(0) >= MAX_DEPTH {
            return Err(invalid("nested too deeply"));
        }
        let request = Self { userinfo: section(&members, "userinfo")?, id_token: section(&members, "id_token")? };
        if request.userinfo.len() + request.id_token.len() > MAX_CLAIMS {
            return Err(invalid("more than a hundred claims"));
        }
        Ok(request)
    }

    /// From its stored form; `null` and what cannot be read mean that nothing is asked for.
    pub fn from_stored(stored: &Value) -> Self {
        Self::deserialize(stored).unwrap_or_default()
    }

    /// The form in which it is stored: `null` when nothing is asked for.
    pub fn to_stored(&self) -> Value {
        if self.is_empty() { Value::Null } else { serde_json::to_value(self).unwrap_or(Value::Null) }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The names that are asked for at either place and say something about the person, sorted: what consent is about.
    pub fn names(&self) -> BTreeSet<&str> {
        let named = self.userinfo.keys().chain(self.id_token.keys()).map(String::as_str);
        named.filter(|name| !OF_THE_SIGN_IN.contains(name)).collect()
    }

    /// OIDC Core §5.5.1: whether a person with this `sub` may answer the request; a `sub` asked for by value must be met.
    pub fn allows_subject(&self, subject: &str) -> bool {
        let actual = Value::from(subject);
        [&self.id_token, &self.userinfo].into_iter().filter_map(|section| section.get("sub")).all(|wanted| wanted.accepts(&actual))
    }

    /// OIDC Core §5.5.1.1: the `acr` values of which one is essential; empty when none is.
    pub fn essential_acr(&self) -> Vec<&str> {
        let wanted = self.id_token.get("acr").filter(|wanted| wanted.essential);
        wanted.into_iter().flat_map(|wanted| wanted.value.iter().chain(&wanted.values)).filter_map(Value::as_str).collect()
    }
}

fn section(members: &Map<String, Value>, name: &str) -> Result<Section, Refusal> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(Section::new()),
        Some(Value::Object(claims)) => claims.iter().map(|(claim, wanted)| Ok((claim.clone(), parse_wanted(wanted)?))).collect(),
        Some(_) => Err(invalid("a section is not an object")),
    }
}

/// §5.5.1: `null`, or an object with `essential`, `value` and `values`.
fn parse_wanted(wanted: &Value) -> Result<Wanted, Refusal> {
    match wanted {
        Value::Null => Ok(Wanted::default()),
        Value::Object(members) => Ok(Wanted {
            essential: match members.get("essential") {
                None | Some(Value::Null) => false,
                Some(Value::Bool(essential)) => *essential,
                Some(_) => return Err(invalid("essential is not a boolean")),
            },
            value: members.get("value").filter(|value| !value.is_null()).cloned(),
            values: match members.get("values") {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::Array(values)) => values.clone(),
                Some(_) => return Err(invalid("values is not an array")),
            },
        }),
        _ => Err(invalid("a claim is asked for by something that is neither null nor an object")),
    }
}

/// How many objects and arrays lie inside each other. serde_json has bounded the recursion already.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn invalid(detail: &'static str) -> Refusal {
    OAuthError::invalid_request("The claims parameter is malformed.").about("claims").because(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    // OIDC Core §5.5.
    const EXAMPLE: &str = r#"{
        "userinfo": {
            "given_name": {"essential": true}, "nickname": null, "email": {"essential": true}, "email_verified": {"essential": true},
            "picture": null, "http://example.info/claims/groups": null
        },
        "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}
    }"#;

    #[test]
    fn the_example_of_the_specification_is_read_and_stored() {
        let request = ClaimsRequest::parse(EXAMPLE).unwrap();
        assert!(request.userinfo["given_name"].essential && !request.userinfo["nickname"].essential);
        assert_eq!(request.id_token["acr"].values, ["urn:mace:incommon:iap:silver"]);
        assert_eq!(request.names().len(), 6, "auth_time and acr are about the sign-in");
        assert_eq!(ClaimsRequest::from_stored(&request.to_stored()), request);
        assert!(request.essential_acr().is_empty(), "voluntary");
    }

    #[test]
    fn nothing_asked_is_stored_as_null() {
        assert_eq!(ClaimsRequest::check(&Params::default()).unwrap().to_stored(), Value::Null);
        assert!(ClaimsRequest::from_stored(&Value::Null).is_empty());
        assert!(ClaimsRequest::parse(r#"{"verified_claims":{"x":1},"userinfo":null}"#).unwrap().is_empty());
    }

    #[test]
    fn a_subject_asked_for_by_value_must_be_met() {
        let request = ClaimsRequest::parse(r#"{"id_token":{"sub":{"value":"248289761001"}}}"#).unwrap();
        assert!(request.allows_subject("248289761001") && !request.allows_subject("somebody"));
        assert!(ClaimsRequest::parse(EXAMPLE).unwrap().allows_subject("anybody"));
        let acr = ClaimsRequest::parse(r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#).unwrap();
        assert_eq!(acr.essential_acr(), ["a", "b"]);
    }

    #[test]
    fn wrong_forms_and_sizes_are_refused() {
        let many: Vec<_> = (0..=MAX_CLAIMS).map(|n| format!("\"c{n}\":null")).collect();
        let deep = format!(r#"{{"userinfo":{{"a":{{"value":{}1{}}}}}}}"#, "[".repeat(3), "]".repeat(3));
        let deepest = format!(r#"{{"userinfo":{}{}}}"#, "[".repeat(4000), "]".repeat(4000));
        for text in [
            r#"{"userinfo":{"a":{"value":"\u0000"}}}"#,
            "",
            "[]",
            "null",
            "{",
            "\"x\"",
            r#"{"userinfo":[]}"#,
            r#"{"userinfo":{"a":true}}"#,
            r#"{"id_token":{"a":{"essential":"yes"}}}"#,
            r#"{"id_token":{"a":{"values":"x"}}}"#,
            &format!(r#"{{"userinfo":{{{}}}}}"#, many.join(",")),
            &deep,
            &deepest,
            &format!(r#"{{"x":"{}"}}"#, "x".repeat(MAX_LENGTH)),
        ] {
            assert_eq!(ClaimsRequest::parse(text).unwrap_err().error.about, Some("claims"));
        }
        assert!(ClaimsRequest::parse(r#"{"id_token":{"a":{"values":[["x"]]}}}"#).is_ok(), "five levels");
    }
}
