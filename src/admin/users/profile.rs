//! What an administrator says about a person, checked. Pure.

use serde_json::{Map, Value};

use super::claims;
use crate::accounts::login::typed;
use crate::admin::fault::Faults;
use crate::model::user::User;

/// The longest username.
const MAX_USERNAME: usize = 64;
/// The longest name or group name.
const MAX_NAME: usize = 200;

/// Everything about a person that an administrator decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// In any case; kept in lower case.
    pub username: String,
    /// In any case; kept in lower case.
    pub email: Option<String>,
    /// Whether the address is known to be theirs.
    pub email_verified: bool,
    /// `name`.
    pub name: Option<String>,
    /// Other claims: OIDC Core §5.1 and custom ones.
    pub claims: Map<String, Value>,
    /// Groups; those that are not there are made.
    pub groups: Vec<String>,
    /// May use `/admin`.
    pub admin: bool,
}

/// A profile that keeps the rules: only [`Profile::check`] makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedProfile(Profile);

impl CheckedProfile {
    /// The profile.
    pub const fn get(&self) -> &Profile {
        &self.0
    }

    /// Writes it into a user; groups are stored apart.
    pub fn apply(&self, user: &mut User) {
        let profile = self.0.clone();
        user.username = profile.username;
        user.email = profile.email;
        user.email_verified = profile.email_verified;
        user.name = profile.name;
        user.claims = profile.claims;
        user.groups = profile.groups;
        user.admin = profile.admin;
    }
}

impl Profile {
    /// What is stored, to be changed.
    pub fn of(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            name: user.name.clone(),
            claims: user.claims.clone(),
            groups: user.groups.clone(),
            admin: user.admin,
        }
    }

    /// Puts everything into the form it is kept in, and finds every fault at once.
    ///
    /// # Errors
    /// All faults.
    pub fn check(&self) -> Result<CheckedProfile, Faults> {
        let mut faults = Faults::default();
        let username = typed(&self.username);
        faults.unless(
            is_username(&username),
            "username",
            "A username has 1 to 64 of the characters a-z 0-9 . _ @ + -",
            "Choose a shorter one, without spaces or other signs.",
        );
        let email = self.email.as_deref().map(typed).filter(|email| !email.is_empty());
        faults.unless(
            email.as_deref().is_none_or(is_email),
            "email",
            "This is not an e-mail address.",
            "Write it like ada@example.org, or leave it out.",
        );
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        faults.unless(
            name.as_deref().is_none_or(is_name),
            "name",
            "The name is too long or has control characters.",
            "Use at most 200 characters on one line.",
        );
        let mut groups: Vec<String> = self.groups.iter().map(|group| group.trim().to_owned()).collect();
        groups.sort_unstable();
        groups.dedup();
        faults.unless(
            groups.iter().all(|group| is_group_name(group)),
            "groups",
            "A group's name has 1 to 200 characters on one line.",
            "Choose another name.",
        );
        faults.extend(claims::faults(&self.claims));
        let email_verified = self.email_verified && email.is_some();
        let claims = self.claims.clone();
        faults.or(CheckedProfile(Self { username, email, email_verified, name, claims, groups, admin: self.admin }))
    }
}

fn is_username(text: &str) -> bool {
    (1..=MAX_USERNAME).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'@' | b'+' | b'-'))
}

/// Only what no address can do without: whether it works is found out by writing to it.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let clean =
        |part: &str| !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '@');
    text.len() <= 254 && clean(local) && local.len() <= 64 && clean(domain) && domain.split('.').all(|label| !label.is_empty())
}

fn is_name(text: &str) -> bool {
    text.chars().count() <= MAX_NAME && !text.contains(char::is_control)
}

/// Whether a group may be called this.
pub fn is_group_name(text: &str) -> bool {
    !text.trim().is_empty() && text.trim() == text && is_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulty_fields(profile: &Profile) -> Vec<&'static str> {
        profile.check().err().map(|faults| faults.iter().map(|fault| fault.field).collect()).unwrap_or_default()
    }

    #[test]
    fn usernames_and_addresses_are_kept_in_lower_case() {
        let profile =
            Profile { username: " Ada ".into(), email: Some("Ada@Example.ORG".into()), email_verified: true, ..Profile::default() };
        let checked = profile.check().unwrap();
        assert_eq!(checked.get().username, "ada");
        assert_eq!(checked.get().email.as_deref(), Some("ada@example.org"));
        assert!(checked.get().email_verified);
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let profile = Profile {
            username: "a b".into(),
            email: Some("nobody".into()),
            name: Some("a\u{7}".into()),
            groups: vec!["  ".into()],
            claims: Map::from_iter([("sub".to_owned(), Value::from("x"))]),
            ..Profile::default()
        };
        assert_eq!(faulty_fields(&profile), ["username", "email", "name", "groups", "claims"]);
    }

    #[test]
    fn an_address_without_one_part_is_refused() {
        for bad in ["@example.org", "ada@", "ada@example..org", "a da@example.org", "a@b@c", "ada@.org"] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_email("ada+shop@mail.example.org") && is_email("root@localhost"));
    }

    #[test]
    fn nothing_is_verified_without_an_address() {
        let profile = Profile { username: "ada".into(), email_verified: true, ..Profile::default() };
        assert!(!profile.check().unwrap().get().email_verified);
    }
}
