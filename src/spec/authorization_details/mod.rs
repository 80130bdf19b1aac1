//! Rich authorization requests: RFC 9396 §2 to §7, §9. What a detail must look like is in [`schema`], how a person reads it in [`sentence`].

pub mod schema;
pub mod sentence;

use std::sync::Arc;

use serde_json::Value;

use crate::model::authorization_type::AuthorizationType;
use crate::model::client::Client;
use crate::model::resource::Resource;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::json;
use crate::spec::params::Params;
use crate::spec::plain_text::has_nul;
use crate::spec::resource::is_within;

const MAX_LENGTH: usize = 16 * 1024;
const MAX_DETAILS: usize = 20;
const MAX_DEPTH: usize = 8;

/// The authorization details of a request: objects, each with a `type` that the client may ask for (RFC 9396 §2, §10).
///
/// # Errors
/// `invalid_authorization_details`: RFC 9396 §5.
pub fn requested(params: &Params, client: &Client) -> Result<Vec<Value>, Refusal> {
    let Some(text) = params.get("authorization_details") else { return Ok(Vec::new()) };
    if text.len() > MAX_LENGTH {
        return Err(invalid("longer than 16 KiB"));
    }
    // A person must approve the very member that a resource server will read.
    let Some(Value::Array(details)) = json::value(text.as_bytes()) else {
        return Err(invalid("not a JSON array, or a member comes twice in it"));
    };
    if details.len() > MAX_DETAILS || details.iter().any(|detail| depth(detail) > MAX_DEPTH) {
        return Err(invalid("too many details, or nested too deeply"));
    }
    if details.iter().any(has_nul) {
        return Err(invalid("a NUL character (U+0000) in it"));
    }
    let allowed = &client.metadata.protocol.authorization_details_types;
    for detail in &details {
        let kind = type_of(detail).ok_or_else(|| invalid("a detail is no object with a type"))?;
        if !allowed.iter().any(|known| known == kind) {
            return Err(invalid("the client may not ask for that type"));
        }
    }
    Ok(details)
}

/// RFC 9396 §5: each detail must fit the schema of its type.
///
/// # Errors
/// `invalid_authorization_details` for a type that is not registered and for what does not fit.
pub fn fit(details: &[Value], types: &[AuthorizationType]) -> Result<(), Refusal> {
    for detail in details {
        let known = type_of(detail).and_then(|kind| types.iter().find(|known| known.kind == kind));
        let known = known.ok_or_else(|| invalid("the type is not registered"))?;
        schema::fits(&known.schema, detail).map_err(|misfit| invalid(format!("it does not fit the schema of its type: {misfit}")))?;
    }
    Ok(())
}

/// Those of a type that is registered and that the client may ask for.
pub fn open(details: &[Value], client: &Client, types: &[AuthorizationType]) -> Vec<Value> {
    let allowed = &client.metadata.protocol.authorization_details_types;
    let is_open = |kind: &str| allowed.iter().any(|name| name == kind) && types.iter().any(|known| known.kind == kind);
    details.iter().filter(|detail| type_of(detail).is_some_and(is_open)).cloned().collect()
}

/// RFC 9396 §6, §7.1: a token request may name some of the details that were approved; naming none means all of them.
///
/// # Errors
/// `invalid_authorization_details` for one that was not approved.
pub fn narrow(asked: Vec<Value>, approved: &[Value]) -> Result<Vec<Value>, Refusal> {
    if asked.is_empty() {
        return Ok(approved.to_vec());
    }
    if asked.iter().all(|detail| approved.contains(detail)) { Ok(asked) } else { Err(invalid("a detail was not part of the approval")) }
}

/// RFC 9396 §9.1, §9.2: of the details of a token, those for these resources: "filtered to the specific audience". A detail with `locations`
/// is for what they name, or lie below; one without is for whoever knows its type. Where no resource is meant, nothing is left out.
pub fn located(details: &[Value], resources: &[Arc<Resource>]) -> Vec<Value> {
    details.iter().filter(|detail| resources.is_empty() || is_at(detail, resources)).cloned().collect()
}

/// RFC 9396 §2.2: `locations` is an array of strings; anything else there names no place.
fn is_at(detail: &Value, resources: &[Arc<Resource>]) -> bool {
    let Some(locations) = detail.get("locations") else { return true };
    let is_here = |place: &str| resources.iter().any(|resource| is_within(place, &resource.uri));
    locations.as_array().is_some_and(|locations| locations.iter().filter_map(Value::as_str).any(is_here))
}

/// The `type` of a detail.
pub fn type_of(detail: &Value) -> Option<&str> {
    detail.as_object()?.get("type")?.as_str()
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn invalid(detail: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    OAuthError::invalid_authorization_details("The authorization details are malformed, unknown, or not open to this client.")
        .about("authorization_details")
        .because(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::spec::error::ErrorCode;
    use crate::spec::testing::{client, resource};
    use serde_json::json;

    fn payment() -> Value {
        json!({"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": "123.50"}, "creditorName": "Merchant A"})
    }

    fn known() -> AuthorizationType {
        AuthorizationType {
            kind: "payment_initiation".to_owned(),
            schema: json!({"type": "object", "properties": {"type": {}, "creditorName": {"type": "string"}, "instructedAmount": {"type": "object"}},
                "required": ["creditorName"], "additionalProperties": false}),
            sentence: String::new(),
            created_at: Timestamp::from_seconds(0),
        }
    }

    fn ask(text: &str) -> Result<Vec<Value>, Refusal> {
        let mut client = client();
        client.metadata.protocol.authorization_details_types = vec!["payment_initiation".to_owned()];
        requested(&Params::from_pairs([("authorization_details", text)]), &client)
    }

    #[test]
    fn the_example_of_the_rfc_is_read_and_fits() {
        let details = ask(&json!([payment()]).to_string()).unwrap();
        assert!(fit(&details, &[known()]).is_ok());
        assert!(fit(&details, &[]).is_err(), "not registered");
        assert!(fit(&[json!({"type": "payment_initiation", "creditorName": 1})], &[known()]).is_err());
    }

    #[test]
    fn what_is_no_list_of_objects_of_known_types_is_refused() {
        let deep = format!(r#"[{{"type":"payment_initiation","a":{}{}}}]"#, "[".repeat(9), "]".repeat(9));
        let many = Value::from(vec![payment(); MAX_DETAILS + 1]).to_string();
        let nul = r#"[{"type":"payment_initiation","creditorName":"A\u0000"}]"#;
        let twice = r#"[{"type":"payment_initiation","creditorName":"A","creditorName":"B"}]"#;
        for text in [nul, twice, "{}", "x", "[1]", r#"[{}]"#, r#"[{"type":1}]"#, r#"[{"type":"account_information"}]"#, &deep, &many] {
            assert_eq!(ask(text).unwrap_err().error.error, ErrorCode::InvalidAuthorizationDetails, "{text}");
        }
        assert!(ask("").unwrap().is_empty());
    }

    #[test]
    fn a_token_request_may_narrow_but_never_widen() {
        let approved = [payment(), json!({"type": "other"})];
        assert_eq!(narrow(Vec::new(), &approved).unwrap().len(), 2);
        assert_eq!(narrow(vec![payment()], &approved).unwrap(), [payment()]);
        let mut dearer = payment();
        dearer["instructedAmount"]["amount"] = json!("9999");
        assert!(narrow(vec![dearer], &approved).is_err());
    }

    #[test]
    fn a_detail_is_for_the_places_that_it_names_and_for_everybody_when_it_names_none() {
        let (here, there) = ("https://a.example/", "https://b.example/");
        let at = |locations: Value| json!({"type": "t", "locations": locations});
        let details =
            [json!({"type": "t"}), at(json!(["HTTPS://a.example"])), at(json!(["https://b.example/pay", 5])), at(json!([here, there]))];
        let kept = |uris: &[&str]| located(&details, &uris.iter().map(|uri| Arc::new(resource(uri))).collect::<Vec<_>>());
        let only = |indices: &[usize]| indices.iter().map(|&index| details[index].clone()).collect::<Vec<_>>();
        assert_eq!(kept(&[here]), only(&[0, 1, 3]));
        assert_eq!(kept(&[there]), only(&[0, 2, 3]));
        assert_eq!(kept(&["https://c.example/"]), only(&[0]));
        for uris in [&[here, there][..], &[]] {
            assert_eq!(kept(uris), details, "{uris:?}");
        }
        for nowhere in [json!([]), json!(here), json!({"place": here}), json!([[here]]), json!(null)] {
            assert!(located(&[at(nowhere.clone())], &[Arc::new(resource(here))]).is_empty(), "{nowhere}");
        }
    }
}
