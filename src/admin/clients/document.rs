//! A metadata document as RFC 7591 §2 writes it, read into a draft. Pure.

use serde_json::{Map, Value};

use super::places;
use crate::admin::fault::{Fault, Faults};
use crate::config::nearest;
use crate::model::client::protocol::ProtocolMetadata;
use crate::secret::Secret;
use crate::spec::client_metadata::ClientDraft;
use crate::spec::plain_text;

/// Members of an answer that say nothing about the client to be made.
const ANSWER_ONLY: [&str; 10] = [
    "client_id_issued_at",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
    "software_statement",
    "origin",
    "enabled",
    "created_at",
    "updated_at",
    "secrets",
];

/// Reads a document into a draft; members that it lacks stay as they are.
///
/// # Errors
/// When it is no JSON object, or members have the wrong type: all of them at once.
pub fn read(text: &str, draft: &mut ClientDraft) -> Result<(), Faults> {
    let mut faults = Faults::default();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(members)) => return take(members, draft),
        Ok(_) => faults.add(
            "metadata",
            "The metadata document is not a JSON object.",
            "Write it as RFC 7591 §2 shows: {\"redirect_uris\": […]}.",
        ),
        Err(error) => faults.add(
            "metadata",
            format!("The metadata document is not JSON: line {}, column {}.", error.line(), error.column()),
            "Check its commas, quotes and braces.",
        ),
    }
    faults.or(())
}

/// Reads the members of a document; members that it lacks stay as they are.
///
/// # Errors
/// When members have the wrong type: all of them at once.
pub fn take(members: Map<String, Value>, draft: &mut ClientDraft) -> Result<(), Faults> {
    let mut faults = Faults::default();
    members.into_iter().for_each(|(name, value)| member(draft, &name, value, &mut faults));
    faults.or(())
}

/// Reads one member written as `NAME=VALUE`, the value as JSON or else as plain text; an empty value takes the member away.
///
/// # Errors
/// When there is no name, or the value has the wrong type.
pub fn assign(assignment: &str, draft: &mut ClientDraft) -> Result<(), Faults> {
    let mut faults = Faults::default();
    match assignment.split_once('=') {
        None | Some(("", _)) => faults.add(
            "metadata",
            format!("{assignment:?} is not of the form NAME=VALUE."),
            "Write it like --metadata initiate_login_uri=https://app.example.com/login.",
        ),
        Some((name, "")) => take_away(draft, name, &mut faults),
        Some((name, text)) => {
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
            member(draft, name, value, &mut faults);
        }
    }
    faults.or(())
}

/// As if nobody had ever said it.
fn take_away(draft: &mut ClientDraft, name: &str, faults: &mut Faults) {
    if let Some(place) = places::of(draft, name) {
        return place.clear();
    }
    draft.protocol.unset(name);
    if draft.more.remove(name).is_none() {
        refuse_slip(name, faults);
    }
}

/// Members that are read elsewhere than at their place.
const READ_BY_NAME: [&str; 3] = ["client_name", "client_id", "client_secret"];

/// RFC 7591 §2 leaves members that are not known to whoever agrees on them. One that is nearly known is none of these: it would be stored
/// for good, and the member that was meant would stay unset.
fn refuse_slip(name: &str, faults: &mut Faults) {
    let (plain, tag) = name.split_once('#').map_or((name, None), |(plain, tag)| (plain, Some(tag))); // RFC 7591 §2.2
    let settable = || [&READ_BY_NAME, places::NAMES, ProtocolMetadata::MEMBERS].into_iter().flatten().copied();
    if settable().any(|known| known == plain) || ANSWER_ONLY.contains(&plain) {
        return;
    }
    if let Some(meant) = nearest::slip_of(plain, settable()) {
        let meant = tag.map_or_else(|| meant.to_owned(), |tag| format!("{meant}#{tag}"));
        faults.add(
            "metadata",
            format!("There is no member {name:?}."),
            format!("The nearest one is {meant}; write that, or give a member of your own another name."),
        );
    }
}

fn member(draft: &mut ClientDraft, name: &str, value: Value, faults: &mut Faults) {
    if value.is_null() || ANSWER_ONLY.contains(&name) {
        return;
    }
    if name.contains('\0') || plain_text::has_nul(&value) {
        faults.add("metadata", format!("The member {name:?} has a NUL character (U+0000)."), "Write it without.");
        return;
    }
    let understood = match name {
        "client_name" => places::text(value).map(|name| draft.name = name),
        "client_id" => places::text(value).map(|id| draft.client_id = Some(id)),
        "client_secret" => places::text(value).map(|secret| draft.secret = Some(Secret::new(secret))),
        name if ProtocolMetadata::MEMBERS.contains(&name) => draft.protocol.set(name, value).map_err(
            |_| "of the type that its specification says, and a text that looks like a number has quotes of its own (NAME='\"1\"')",
        ),
        name => match places::of(draft, name) {
            Some(place) => place.fill(value),
            None => {
                refuse_slip(name, faults);
                draft.more.insert(name.to_owned(), value);
                Ok(())
            }
        },
    };
    if let Err(wanted) = understood {
        faults.add("metadata", format!("The member {name:?} has the wrong type."), format!("It must be {wanted}."));
    }
}

/// Reads a JWK Set (RFC 7517 §5). What may be in it is for the rules to say that every draft is held to (`client_auth::registration`).
///
/// # Errors
/// When it is no JSON.
pub fn key_set(text: &str) -> Result<Value, Faults> {
    let unread = |_| Fault::new("jwks", "The file holds no JWK Set.", "Write it as RFC 7517 §5 shows: {\"keys\": [{…}]}.");
    serde_json::from_str(text).map_err(unread).map_err(Faults::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;

    /// RFC 7591 §3.1, the request of its example.
    const EXAMPLE: &str = r##"{
      "redirect_uris": ["https://client.example.org/callback", "https://client.example.org/callback2"],
      "client_name": "My Example Client",
      "client_name#ja-Jpan-JP": "クライアント名",
      "token_endpoint_auth_method": "client_secret_basic",
      "logo_uri": "https://client.example.org/logo.png",
      "jwks_uri": "https://client.example.org/my_public_keys.jwks",
      "example_extension_parameter": "example_value"
    }"##;

    #[test]
    fn the_example_of_rfc_7591_is_read_and_nothing_of_it_is_lost() {
        let mut draft = ClientDraft::new("", ClientOrigin::Administrator);
        read(EXAMPLE, &mut draft).unwrap();
        assert_eq!(draft.name, "My Example Client");
        assert_eq!(draft.redirect_uris.len(), 2);
        assert_eq!(draft.auth_method.as_deref(), Some("client_secret_basic"));
        let kept: Vec<&str> = draft.more.keys().map(String::as_str).collect();
        assert_eq!(kept, ["client_name#ja-Jpan-JP", "example_extension_parameter"]);
        assert_eq!(draft.protocol.jwks_uri.as_deref(), Some("https://client.example.org/my_public_keys.jwks"));
    }

    #[test]
    fn every_member_of_a_wrong_type_is_named() {
        let mut draft = ClientDraft::new("", ClientOrigin::Administrator);
        let faults =
            read(r#"{"redirect_uris": "https://a/", "require_pkce": "yes", "default_max_age": -1, "scope": ["openid"]}"#, &mut draft);
        assert_eq!(faults.unwrap_err().iter().count(), 4);
        assert!(read("[]", &mut draft).is_err() && read("{", &mut draft).is_err());
    }

    #[test]
    fn a_file_without_json_holds_no_key_set() {
        assert!(key_set(r#"{"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}]}"#).is_ok());
        for bad in ["", "x", "{\"keys\": [", "-----BEGIN PUBLIC KEY-----"] {
            assert!(key_set(bad).unwrap_err().of("jwks").is_some(), "{bad}");
        }
    }

    #[test]
    fn one_member_is_set_and_taken_away_by_its_name() {
        let mut draft = ClientDraft::new("", ClientOrigin::Administrator);
        for assignment in ["initiate_login_uri=https://app.example.com/login?a=b", "require_signed_request_object=true", "colour=green"] {
            assign(assignment, &mut draft).unwrap();
        }
        assert_eq!(draft.protocol.initiate_login_uri.as_deref(), Some("https://app.example.com/login?a=b"));
        assert!(draft.protocol.require_signed_request_object && draft.more.contains_key("colour"));
        for assignment in ["initiate_login_uri=", "require_signed_request_object=", "colour="] {
            assign(assignment, &mut draft).unwrap();
        }
        assert_eq!(draft, ClientDraft::new("", ClientOrigin::Administrator));
        // What has a flag of its own too.
        for assignment in [
            "logo_uri=https://app.example.com/logo.png",
            "contacts=[\"ops@app.example.com\"]",
            "scope=openid email",
            "default_max_age=60",
            "require_pkce=false",
            "skip_consent=true",
        ] {
            assign(assignment, &mut draft).unwrap();
            assert_ne!(draft, ClientDraft::new("", ClientOrigin::Administrator), "{assignment}");
            let (name, _) = assignment.split_once('=').unwrap();
            assign(&format!("{name}="), &mut draft).unwrap();
            assert_eq!(draft, ClientDraft::new("", ClientOrigin::Administrator), "{name}");
        }
        for bad in ["=x", "x", "require_signed_request_object=maybe"] {
            assert!(assign(bad, &mut draft).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_member_that_is_nearly_known_is_refused_and_every_other_unknown_one_is_an_extension() {
        let mut draft = ClientDraft::new("", ClientOrigin::Administrator);
        for (slip, meant) in [
            ("dpop_bound_acess_tokens", "dpop_bound_access_tokens;"),
            ("redirect_uri", "redirect_uris;"),
            ("Client_Name", "client_name;"),
            ("client_nmae#de", "client_name#de;"),
            ("scopes", "scope;"),
        ] {
            for faults in
                [take(Map::from_iter([(slip.to_owned(), Value::from("x"))]), &mut draft.clone()), assign(&format!("{slip}="), &mut draft)]
            {
                let faults = faults.unwrap_err();
                assert!(faults.iter().all(|fault| fault.mend.contains(meant)), "{slip}: {faults:?}");
            }
            // One that an earlier version stored can still be taken away.
            draft.more.insert(slip.to_owned(), Value::from("x"));
            assign(&format!("{slip}="), &mut draft).unwrap();
        }
        for member in
            ["colour", "nfv_token_signed_response_alg", "use_mtls_endpoint_aliases", "client_name#de", "tos_uri#fr", "software_statement"]
        {
            assign(&format!("{member}=x"), &mut draft).unwrap();
            assign(&format!("{member}="), &mut draft).unwrap();
        }
        assert_eq!(draft, ClientDraft::new("", ClientOrigin::Administrator));
    }

    #[test]
    fn scopes_are_words_and_a_null_is_nothing() {
        let mut draft = ClientDraft::new("kept", ClientOrigin::Administrator);
        read(r#"{"scope": "openid  email", "client_name": null}"#, &mut draft).unwrap();
        assert_eq!((draft.scopes, draft.name.as_str()), (vec!["openid".to_owned(), "email".to_owned()], "kept"));
    }
}
