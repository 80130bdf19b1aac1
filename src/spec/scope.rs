//! Scope: grammar and set operations, RFC 6749 §3.3.

use std::fmt;

use crate::spec::error::{OAuthError, Refusal};

/// Longer scopes are refused.
const MAX_LENGTH: usize = 4096;

/// The scope that makes a request an OpenID request: OIDC Core §3.1.2.1.
pub const OPENID: &str = "openid";

/// The scope that asks for access while the person is away: OIDC Core §11.
pub const OFFLINE_ACCESS: &str = "offline_access";

/// A set of scope values that remembers the order in which they were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scope(Vec<String>);

impl Scope {
    /// Parses a `scope` parameter: values between spaces, each counted once.
    ///
    /// # Errors
    /// `invalid_scope` when a value has a character outside `%x21 / %x23-5B / %x5D-7E`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let invalid = |detail| OAuthError::invalid_scope("The scope is malformed.").about("scope").because(detail);
        if text.len() > MAX_LENGTH {
            return Err(invalid("the scope is too long"));
        }
        let values = text.split(' ').filter(|value| !value.is_empty());
        if !values.clone().all(is_scope_token) {
            return Err(invalid("a scope value has a character that RFC 6749 §3.3 does not allow"));
        }
        Ok(values.collect())
    }

    /// Whether the set has this value.
    pub fn contains(&self, value: &str) -> bool {
        self.0.iter().any(|known| known == value)
    }

    /// Whether it asks for OpenID Connect.
    pub fn is_openid(&self) -> bool {
        self.contains(OPENID)
    }

    /// Whether every value of it is in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|value| other.contains(value))
    }

    /// What of it is allowed, in its own order.
    #[must_use]
    pub fn intersect(&self, allowed: &[String]) -> Self {
        Self(self.0.iter().filter(|value| allowed.contains(value)).cloned().collect())
    }

    /// What of it is not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|value| !other.contains(value)).cloned().collect())
    }

    /// The values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The values as they are stored.
    pub fn to_vec(&self) -> Vec<String> {
        self.0.clone()
    }
}

/// RFC 6749 §3.3: whether `text` is a `scope-token`.
pub fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

impl<T: AsRef<str>> FromIterator<T> for Scope {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut scope = Self::default();
        for value in values {
            if !scope.contains(value.as_ref()) {
                scope.0.push(value.as_ref().to_owned());
            }
        }
        scope
    }
}

impl From<Vec<String>> for Scope {
    fn from(values: Vec<String>) -> Self {
        values.into_iter().collect()
    }
}

impl From<&[String]> for Scope {
    fn from(values: &[String]) -> Self {
        values.iter().collect()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;

    #[test]
    fn order_is_kept_and_repetition_is_not() {
        let scope = Scope::parse("profile openid profile  email").unwrap();
        assert_eq!(scope.to_string(), "profile openid email");
        assert_eq!(scope.len(), 3);
        assert!(scope.is_openid() && Scope::parse("").unwrap().is_empty());
        assert!(!Scope::parse("OpenID").unwrap().is_openid(), "scope values are case-sensitive");
    }

    #[test]
    fn characters_outside_the_grammar_are_refused() {
        for text in ["a\"b", "a\\b", "a\tb", "é", "a\u{7f}", "a\nb"] {
            assert_eq!(Scope::parse(text).unwrap_err().error.error, ErrorCode::InvalidScope, "{text:?}");
        }
        assert!(Scope::parse("!#[]~ https://api.example/read:all").is_ok());
        assert!(Scope::parse(&"a".repeat(MAX_LENGTH + 1)).is_err());
    }

    #[test]
    fn sets_meet_and_part_in_their_own_order() {
        let asked = Scope::parse("openid email admin").unwrap();
        let allowed = asked.intersect(&["email".to_owned(), "openid".to_owned()]);
        assert_eq!(allowed.to_string(), "openid email");
        assert_eq!(asked.minus(&allowed).to_string(), "admin");
        assert!(allowed.is_subset_of(&asked) && !asked.is_subset_of(&allowed));
    }
}
