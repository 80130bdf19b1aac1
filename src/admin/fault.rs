//! What is wrong with something an administrator asked for, and how to mend it. Pure.

use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The form field or metadata member at fault; empty when it is the whole.
    pub field: &'static str,
    /// One sentence: what is wrong.
    pub message: String,
    /// One sentence: what to do about it.
    pub mend: String,
}

impl Fault {
    /// A fault of one field.
    pub fn new(field: &'static str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { field, message: message.into(), mend: mend.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.field, self.message) }
    }
}

/// Every fault of a thing, found in one pass so that a person mends them all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds a fault.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>, mend: impl Into<String>) {
        self.0.push(Fault::new(field, message, mend));
    }

    /// Adds a fault unless the condition holds.
    pub fn unless(&mut self, holds: bool, field: &'static str, message: &str, mend: &str) {
        if !holds {
            self.add(field, message, mend);
        }
    }

    /// The faults of one field, for a page that shows them beside it.
    pub fn of(&self, field: &str) -> Option<&Fault> {
        self.0.iter().find(|fault| fault.field == field)
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }

    /// Whether nothing is wrong.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Hands out what was checked if nothing is wrong with it.
    ///
    /// # Errors
    /// The faults, if there are any.
    pub fn or<T>(self, checked: T) -> Result<T, Self> {
        if self.is_empty() { Ok(checked) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        self.0.extend(faults);
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
