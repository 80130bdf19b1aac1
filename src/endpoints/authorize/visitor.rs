//! Whether a refusal goes back to the client by itself: RFC 9700 §4.11.2. Pure.

use crate::spec::params::Params;
use crate::spec::prompt;

/// Whom a refusal reaches first.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    /// Somebody is signed in.
    is_signed_in: bool,
    /// The client wants to hear without a person seeing anything: `prompt=none`.
    is_silent: bool,
}

impl Visitor {
    /// A person who is signed in.
    pub const KNOWN: Self = Self { is_signed_in: true, is_silent: false };
    /// Anybody.
    pub const UNKNOWN: Self = Self { is_signed_in: false, is_silent: false };

    /// With what the request says about pages.
    #[must_use]
    pub fn asking(self, params: &Params) -> Self {
        Self { is_silent: prompt::is_silent(params), ..self }
    }

    /// RFC 9700 §4.11.2: "The authorization server MUST always authenticate the user first and, with the exception of the silent
    /// authentication use case, prompt the user for credentials when needed, before redirecting the user", unless it trusts the redirect
    /// URI: here by the word of an administrator. A link to us must not end at the page of whoever registered itself.
    pub const fn may_be_sent_on(self, is_vouched_for: bool) -> bool {
        is_vouched_for || self.is_signed_in || self.is_silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_sent_to_who_is_vouched_for_or_asks_for_no_page() {
        let silent = Visitor::UNKNOWN.asking(&Params::from_pairs([("prompt".to_owned(), "login none".to_owned())]));
        assert!(Visitor::UNKNOWN.may_be_sent_on(true) && Visitor::KNOWN.may_be_sent_on(false) && silent.may_be_sent_on(false));
        assert!(!Visitor::UNKNOWN.may_be_sent_on(false));
    }
}
