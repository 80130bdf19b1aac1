//! What a person may be called, and where they are reached. Pure.

use serde::{Deserialize, Serialize};

use crate::accounts::login::typed;
use crate::clock::Timestamp;

/// A one-time setup link as it is stored, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLink {
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A username, in lower case: 1 to 64 characters of `a-z 0-9 . _ -`, or an e-mail address.
///
/// # Errors
/// What is wrong, for the person who typed it.
pub fn username(text: &str) -> Result<String, &'static str> {
    let username = typed(text);
    if username.is_empty() {
        return Err("Choose a username.");
    }
    if username.contains('@') {
        return email(&username).map_err(|_| "A username with an @ must be a whole e-mail address.");
    }
    if username.len() > 64 {
        return Err("A username has at most 64 characters.");
    }
    let plain = username.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-'));
    if plain { Ok(username) } else { Err("A username has letters from a to z, digits, dots, hyphens and underscores only.") }
}

/// An e-mail address, in lower case. Only what no address can be is refused: whether it works is seen by writing to it.
///
/// # Errors
/// What is wrong, for the person who typed it.
pub fn email(text: &str) -> Result<String, &'static str> {
    let email = typed(text);
    let acceptable = email.len() <= 254
        && email.chars().all(|character| !character.is_whitespace() && !character.is_control() && !"<>()[],;:\\\"".contains(character))
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.') && !domain.ends_with('.')
        });
    if acceptable { Ok(email) } else { Err("Give an e-mail address like ada@example.org.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_and_plain() {
        assert_eq!(username(" Ada.L "), Ok("ada.l".to_owned()));
        assert_eq!(username("ada@example.org"), Ok("ada@example.org".to_owned()));
        for text in ["", "  ", "a b", "ada\u{202e}", "<b>", "@", "ada@", &"x".repeat(65)] {
            assert!(username(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_address_needs_two_sides() {
        assert_eq!(email("Ada@Example.org"), Ok("ada@example.org".to_owned()));
        for text in ["", "ada", "ada@", "@example.org", "a b@example.org", "a@b@c", "a@.org", "a,b@example.org", "a\n@example.org"] {
            assert!(email(text).is_err(), "{text:?}");
        }
    }
}
