//! Request objects: RFC 9101 §4 to §6, OIDC Core §6. How a refusal travels whose reason lies inside one; what one must say is in [`rules`].

pub mod rules;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::spec::params::Params;

/// What decides how a refusal travels. As plain parameters these are not authenticated either, so no signature is needed to believe them.
#[derive(Deserialize)]
struct Travel {
    state: Option<String>,
    response_mode: Option<String>,
    prompt: Option<String>,
}

/// The parameters by which the refusal of a request object travels: `state`, `response_mode` and `prompt` as the object has them.
///
/// OIDC Core §6.1: what is inside supersedes what is beside it. RFC 6749 §4.1.2.1: a request that had a `state` gets it back. A client that
/// listens for a POST only would never hear of a refusal in the query, nor one that asks for no page of a refusal on one. An object that
/// cannot be read, an encrypted one say, changes nothing.
pub fn for_refusal(params: &Params) -> Cow<'_, Params> {
    let Some(travel) = params.get("request").and_then(read) else { return Cow::Borrowed(params) };
    let inside = [("state", travel.state), ("response_mode", travel.response_mode), ("prompt", travel.prompt)];
    let inside: Vec<_> = inside.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?))).collect();
    let beside = params.iter().filter(|(name, _)| inside.iter().all(|(known, _)| known != name));
    let beside: Vec<_> = beside.map(|(name, value)| (name, value.to_owned())).collect();
    Cow::Owned(Params::from_pairs(beside.into_iter().chain(inside)))
}

/// The payload of a JWS in compact form; `None` for anything else, and for text that no parameter may be (RFC 6749 Appendix A).
fn read(object: &str) -> Option<Travel> {
    let mut parts = object.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let travel: Travel = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let proper =
        [&travel.state, &travel.response_mode, &travel.prompt].into_iter().flatten().all(|value| !value.chars().any(char::is_control));
    proper.then_some(travel)
}

#[cfg(test)]
#[path = "tests.rs"]
mod rules_tests;

#[cfg(test)]
mod tests {
    use super::*;

    fn object(payload: &str) -> String {
        format!("eyJhbGciOiJub25lIn0.{}.", URL_SAFE_NO_PAD.encode(payload))
    }

    fn travels(request: &str) -> (Option<String>, Option<String>) {
        let params = Params::from_pairs([("state", "beside"), ("request", request), ("scope", "openid")]);
        let travel = for_refusal(&params);
        assert_eq!(travel.get("scope"), Some("openid"));
        (travel.get("state").map(str::to_owned), travel.get("response_mode").map(str::to_owned))
    }

    #[test]
    fn what_is_inside_supersedes_what_is_beside() {
        let inside = object(r#"{"state":"inside","response_mode":"form_post","redirect_uri":"https://evil.example","exp":1}"#);
        assert_eq!(travels(&inside), (Some("inside".to_owned()), Some("form_post".to_owned())));
        assert_eq!(travels(&object("{}")), (Some("beside".to_owned()), None));
        assert_eq!(travels(&object(r#"{"state":""}"#)), (Some("beside".to_owned()), None));
    }

    #[test]
    fn a_wish_for_no_page_is_taken_from_the_object_too() {
        let inside = object(r#"{"prompt":"none"}"#);
        let params = Params::from_pairs([("client_id", "one"), ("request", inside.as_str())]);
        assert!(crate::spec::prompt::is_silent(&for_refusal(&params)) && !crate::spec::prompt::is_silent(&params));
    }

    #[test]
    fn only_what_a_refusal_travels_by_is_taken_from_the_object() {
        let inside = object(r#"{"redirect_uri":"https://evil.example","client_id":"other","response_type":"token"}"#);
        let params = Params::from_pairs([("client_id", "one"), ("redirect_uri", "https://rp.example/cb"), ("request", inside.as_str())]);
        assert_eq!(*for_refusal(&params), params);
    }

    #[test]
    fn what_cannot_be_read_changes_nothing() {
        let twice = object(r#"{"state":"a","state":"b"}"#);
        let control = object(r#"{"state":"a\r\nb"}"#);
        let number = object(r#"{"state":1}"#);
        for request in ["x", "a.b.c.d.e", "a.%.c", "..", twice.as_str(), control.as_str(), number.as_str()] {
            assert_eq!(travels(request), (Some("beside".to_owned()), None), "{request}");
        }
    }
}
