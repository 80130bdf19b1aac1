//! From text to types, noting every problem on the way instead of stopping at the first.

use super::problem::{Fault, Problem};
use super::registry;
use super::sources::{Origin, Raw, Value, Values};

/// Reads settings by key. What is wrong yields a placeholder and a note, which [`Reader::finish`] hands over.
pub struct Reader<'a> {
    values: &'a Values,
    problems: Vec<Problem>,
    #[cfg(test)]
    pub(super) asked: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(values: &'a Values) -> Self {
        Self {
            values,
            problems: values.problems.clone(),
            #[cfg(test)]
            asked: Vec::new(),
        }
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        debug_assert!(registry::find(key).is_some(), "{key} is not in the registry");
        #[cfg(test)]
        self.asked.push(key);
        self.values.set.get(key)
    }

    /// Notes a problem about a setting, spelled as the person spelled it.
    pub(super) fn wrong(&mut self, key: &'static str, fault: Fault) {
        let origin = self.values.set.get(key).map_or(&Origin::Default, |value| &value.origin);
        self.problems.push(Problem { key: origin.spell(key), problem: fault.problem, mend: fault.mend });
    }

    /// A setting that has a default.
    pub(super) fn one<T: Default>(&mut self, key: &'static str, parse: fn(&str) -> Result<T, Fault>) -> T {
        self.optional(key, parse).unwrap_or_default()
    }

    /// A setting that may be unset.
    pub(super) fn optional<T>(&mut self, key: &'static str, parse: fn(&str) -> Result<T, Fault>) -> Option<T> {
        let parsed = match &self.value(key)?.raw {
            Raw::Text(text) if text.expose().is_empty() => Err(Fault::new("It is set but empty.", "Give it a value, or remove it.")),
            Raw::Text(text) => parse(text.expose()),
            Raw::List(_) => Err(Fault::new("It is a list.", "Write one value, without brackets.")),
        };
        parsed.map_err(|fault| self.wrong(key, fault)).ok()
    }

    /// A setting of several values; an empty text is an empty list.
    pub(super) fn all<T>(&mut self, key: &'static str, parse: fn(&str) -> Result<T, Fault>) -> Vec<T> {
        self.all_or_empty(key, parse).0
    }

    /// [`Reader::all`] of a setting that means nothing without a value.
    pub(super) fn some<T>(&mut self, key: &'static str, parse: fn(&str) -> Result<T, Fault>) -> Vec<T> {
        let (parsed, is_empty) = self.all_or_empty(key, parse);
        if is_empty {
            self.wrong(key, Fault::new("It is set but empty.", "Give it a value, or remove it."));
        }
        parsed
    }

    /// [`Reader::all`], and whether nothing was written at all.
    pub(super) fn all_or_empty<T>(&mut self, key: &'static str, parse: fn(&str) -> Result<T, Fault>) -> (Vec<T>, bool) {
        let Some(value) = self.value(key) else { return (Vec::new(), true) };
        let items: Vec<&str> = match &value.raw {
            Raw::Text(text) => text.expose().split(',').map(str::trim).filter(|item| !item.is_empty()).collect(),
            Raw::List(items) => items.iter().map(String::as_str).collect(),
        };
        let is_empty = items.is_empty();
        let mut parsed = Vec::with_capacity(items.len());
        for item in items {
            match parse(item) {
                Ok(item) => parsed.push(item),
                Err(fault) => self.wrong(key, fault),
            }
        }
        (parsed, is_empty)
    }

    /// What was wrong.
    pub(super) fn finish(self) -> Vec<Problem> {
        self.problems
    }
}
