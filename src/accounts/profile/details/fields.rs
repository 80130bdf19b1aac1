//! Which claims a person may say about themselves, and what they may say: OIDC Core §5.1. Pure.
//!
//! Whatever else a form carries (`email_verified`, `groups`, `admin`, …) is not looked at.

use serde_json::{Map, Value};
use url::Url;

use crate::spec::params::Params;
use crate::spec::plain_text::is_deceptive;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// The address of something on the web.
    WebAddress,
    /// A name of the time zone database, as in `Europe/Paris`.
    TimeZone,
    /// A BCP 47 language tag, as in `fr-CA`.
    Language,
}

/// One claim that a person may edit.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The claim, which is also the name of the field.
    pub name: &'static str,
    /// In words.
    pub label: &'static str,
    /// HTML `autocomplete`.
    pub autocomplete: &'static str,
    /// What it holds.
    pub kind: Kind,
}

const fn field(name: &'static str, label: &'static str, autocomplete: &'static str, kind: Kind) -> Field {
    Field { name, label, autocomplete, kind }
}

/// Every claim that a person may edit.
pub const FIELDS: &[Field] = &[
    field("name", "Full name", "name", Kind::Text),
    field("given_name", "Given name", "given-name", Kind::Text),
    field("family_name", "Family name", "family-name", Kind::Text),
    field("nickname", "Nickname", "nickname", Kind::Text),
    field("picture", "Picture (its web address)", "photo", Kind::WebAddress),
    field("website", "Website", "url", Kind::WebAddress),
    field("zoneinfo", "Time zone", "off", Kind::TimeZone),
    field("locale", "Language", "language", Kind::Language),
];

/// A field that cannot be taken, and what is wrong.
pub type Problem = (&'static str, &'static str);

/// What a person says about themselves from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// `name`.
    pub name: Option<String>,
    /// The other claims.
    pub claims: Map<String, Value>,
}

/// The edited claims: what is empty is taken away, what no field edits stays as it was. A field that is missing was not emptied by anybody.
///
/// # Errors
/// Every field that cannot be taken.
pub fn edited(form: &Params, before: &Map<String, Value>) -> Result<Edited, Vec<Problem>> {
    let mut claims = before.clone();
    let mut name = None;
    let mut problems = Vec::new();
    for field in FIELDS {
        if !form.has_field(field.name) {
            problems.push((field.name, "This did not arrive. Look at it, and save again."));
            continue;
        }
        let text = form.get(field.name).map(str::trim).unwrap_or_default();
        if text.is_empty() {
            claims.remove(field.name);
            continue;
        }
        match check(field.kind, text) {
            Err(problem) => problems.push((field.name, problem)),
            Ok(()) if field.name == "name" => name = Some(text.to_owned()),
            Ok(()) => {
                claims.insert(field.name.to_owned(), Value::String(text.to_owned()));
            }
        }
    }
    if problems.is_empty() { Ok(Edited { name, claims }) } else { Err(problems) }
}

fn check(kind: Kind, text: &str) -> Result<(), &'static str> {
    if text.chars().any(is_deceptive) {
        return Err("This has characters that cannot be shown.");
    }
    let (fits, problem) = match kind {
        Kind::Text => (text.chars().count() <= 200, "This is too long: at most 200 characters."),
        Kind::WebAddress => (is_web_address(text), "Give a web address that begins with https://."),
        Kind::TimeZone => (is_time_zone(text), "Give a time zone like Europe/Paris."),
        Kind::Language => (is_language(text), "Give a language like en or fr-CA."),
    };
    if fits { Ok(()) } else { Err(problem) }
}

fn is_web_address(text: &str) -> bool {
    text.len() <= 2_048 && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

fn is_time_zone(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+'))
}

fn is_language(text: &str) -> bool {
    text.len() <= 35
        && text.split(['-', '_']).all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The whole form, with some fields filled.
    fn with(filled: &str) -> Params {
        let empty: String = FIELDS.iter().map(|field| format!("&{}=", field.name)).collect();
        Params::of_page_form(&format!("{filled}{empty}"))
    }

    fn claims(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_a_person_may_not_say_is_not_heard() {
        let form = with("email_verified=true&groups=admins&admin=true&sub=x&nickname=Ada");
        let before = claims(json!({ "department": "Engines", "email_verified": false }));
        let Edited { name, claims: after } = edited(&form, &before).unwrap();
        assert_eq!(name, None);
        assert_eq!(Value::Object(after), json!({ "department": "Engines", "email_verified": false, "nickname": "Ada" }));
    }

    #[test]
    fn an_empty_field_takes_the_claim_away() {
        let Edited { claims: after, .. } = edited(&with(""), &claims(json!({ "website": "https://ada.example", "custom": 1 }))).unwrap();
        assert_eq!(Value::Object(after), json!({ "custom": 1 }));
    }

    #[test]
    fn every_field_that_cannot_be_taken_is_named_at_once() {
        let form = with("website=javascript:alert(1)&locale=not+a+language&zoneinfo=Mars+%26+Moon");
        let problems = edited(&form, &Map::new()).unwrap_err();
        assert_eq!(problems.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["website", "zoneinfo", "locale"]);
    }

    #[test]
    fn a_missing_field_takes_nothing_away() {
        let form = Params::of_page_form("name=Ada&given_name=&family_name=&picture=&website=&zoneinfo=&locale=");
        let problems = edited(&form, &claims(json!({ "nickname": "Countess" }))).unwrap_err();
        assert_eq!(problems.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["nickname"]);
    }
}
