//! How a page names the person who is signed in. Pure.

use crate::model::user::User;

/// A person, as pages show them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The full name, or the username where there is none.
    pub name: String,
    /// What tells people of one name apart: the e-mail address, or the username.
    pub handle: String,
}

impl Person {
    /// From what is stored.
    pub fn of(user: &User) -> Self {
        let name = user.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        Self { name: name.unwrap_or(&user.username).to_owned(), handle: user.email.clone().unwrap_or_else(|| user.username.clone()) }
    }

    /// A letter to draw in place of a picture.
    pub fn initial(&self) -> String {
        initial(&self.name)
    }
}

/// The first letter of a name, in upper case.
pub fn initial(name: &str) -> String {
    name.chars().find(|character| character.is_alphanumeric()).map(|letter| letter.to_uppercase().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_found_where_there_is_one() {
        assert_eq!(initial("  ada"), "A");
        assert_eq!(initial("«écrire»"), "É");
        assert_eq!(initial("***"), "");
    }
}
