//! The members that one specification each asks for, on the form of a client: how each is shown and read. Pure.

use serde_json::Value;

use super::sections::SECTIONS;
use crate::admin::fault::Faults;
use crate::admin::form::Form;
use crate::model::client::protocol::ProtocolMetadata;
use crate::spec::client_metadata;

/// How a member is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// Words, one a line.
    Words,
    /// The same, where an empty list is something else than none at all.
    WordsOrNone,
    /// A box to tick.
    Tick,
    /// One of several; none is the default.
    Choice(&'static [&'static str]),
    /// One of the algorithms that the member may name.
    Algorithm,
    /// JSON as it is.
    Json,
}

/// How an empty list is typed where that says something. It is no address, and so none of the words themselves.
const NONE: &str = "none";

/// A member under its registered name.
#[derive(Debug)]
pub struct Member {
    /// The registered name, and that of the field.
    pub name: &'static str,
    /// What people read before the field.
    pub label: &'static str,
    /// What it does.
    pub hint: &'static str,
    kind: Kind,
}

/// Members that belong together.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Who needs it.
    pub about: &'static str,
    /// What is in it.
    pub members: &'static [Member],
}

pub(super) const fn member(kind: Kind, name: &'static str, label: &'static str, hint: &'static str) -> Member {
    Member { name, label, hint, kind }
}

impl Member {
    /// Whether it is a box to tick.
    pub fn is_tick(&self) -> bool {
        self.kind == Kind::Tick
    }

    /// Whether it takes several lines.
    pub fn is_area(&self) -> bool {
        matches!(self.kind, Kind::Words | Kind::WordsOrNone | Kind::Json)
    }

    /// What there is to choose from.
    pub fn choices(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Choice(names) => names,
            Kind::Algorithm => client_metadata::may_name(self.name),
            _ => &[],
        }
    }

    /// What was typed, or that nothing was. `Err`: it is no JSON.
    fn typed(&self, form: &Form) -> Result<Option<Value>, serde_json::Error> {
        match self.kind {
            Kind::Tick => Ok(form.ticked(self.name).then_some(Value::Bool(true))),
            Kind::WordsOrNone if form.words(self.name) == [NONE] => Ok(Some(Value::Array(Vec::new()))),
            Kind::Words | Kind::WordsOrNone => Ok(Some(form.words(self.name)).filter(|words| !words.is_empty()).map(Value::from)),
            Kind::Json => form.filled(self.name).map(serde_json::from_str).transpose(),
            Kind::Text | Kind::Choice(_) | Kind::Algorithm => Ok(form.filled(self.name).map(Value::from)),
        }
    }

    /// As the form shows it.
    fn shown(&self, value: &Value) -> String {
        match (self.kind, value) {
            (Kind::Tick, _) => "on".to_owned(),
            (Kind::WordsOrNone, Value::Array(words)) if words.is_empty() => NONE.to_owned(),
            (Kind::Words | Kind::WordsOrNone, Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        }
    }
}

/// Every member of the sections.
pub fn all() -> impl Iterator<Item = &'static Member> {
    SECTIONS.iter().flat_map(|section| section.members)
}

/// Puts what somebody set into the form.
pub fn show(protocol: &ProtocolMetadata, form: &mut Form) {
    let set = protocol.to_members();
    for member in all() {
        if let Some(value) = set.get(member.name) {
            form.push(member.name, member.shown(value));
        }
    }
}

/// Reads what was typed.
pub fn read(form: &Form, protocol: &mut ProtocolMetadata, faults: &mut Faults) {
    for member in all() {
        let taken = match member.typed(form) {
            Ok(Some(value)) => protocol.set(member.name, value),
            Ok(None) => {
                protocol.unset(member.name);
                Ok(())
            }
            Err(error) => Err(error),
        };
        faults.unless(taken.is_ok(), member.name, "This cannot be read.", "Write it as the hint shows.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_on_the_form_once_or_has_another_place_there() {
        let elsewhere = ["jwks", "jwks_uri", "weakenings"];
        for name in ProtocolMetadata::MEMBERS {
            let times = all().filter(|member| member.name == *name).count();
            assert_eq!(times, usize::from(!elsewhere.contains(name)), "{name}");
        }
        assert_eq!(all().count() + elsewhere.len(), ProtocolMetadata::MEMBERS.len());
    }

    #[test]
    fn whoever_chooses_an_algorithm_is_offered_some() {
        for member in all().filter(|member| matches!(member.kind, Kind::Algorithm | Kind::Choice(_))) {
            assert!(!member.choices().is_empty(), "{}", member.name);
        }
    }

    #[test]
    fn what_is_shown_reads_back_the_same_and_what_is_emptied_is_gone() {
        let mut protocol = ProtocolMetadata::default();
        for member in all() {
            let value = match member.kind {
                Kind::Tick => Value::Bool(true),
                Kind::Words => serde_json::json!(["a", "b"]),
                Kind::WordsOrNone => serde_json::json!([]),
                Kind::Json => serde_json::json!([{ "issuer": "https://idp.example" }]),
                Kind::Text => Value::from("text"),
                Kind::Choice(_) | Kind::Algorithm => Value::from(member.choices()[0]),
            };
            protocol.set(member.name, value).unwrap();
        }
        let (mut form, mut again, mut faults) = (Form::default(), ProtocolMetadata::default(), Faults::default());
        show(&protocol, &mut form);
        read(&form, &mut again, &mut faults);
        assert_eq!((again, faults.is_empty()), (protocol.clone(), true));
        read(&Form::default(), &mut protocol, &mut faults);
        assert_eq!((protocol, faults.is_empty()), (ProtocolMetadata::default(), true));
    }

    #[test]
    fn what_is_no_json_or_of_the_wrong_kind_is_a_fault_of_its_field() {
        for text in ["{", "{}", "\"x\""] {
            let mut faults = Faults::default();
            let form = Form::of([("assertion_issuers", text.to_owned())]);
            read(&form, &mut ProtocolMetadata::default(), &mut faults);
            assert!(faults.of("assertion_issuers").is_some(), "{text}");
        }
    }
}
