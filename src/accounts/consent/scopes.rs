//! Scopes and claims in words, and which of them are new. OIDC Core §5.1, §5.4, §11. Pure.

use serde_json::Value;

use crate::model::authorization_type::AuthorizationType;
use crate::model::consent::Consent;
use crate::spec::authorization_details::{sentence, type_of};
use crate::spec::scope::{OFFLINE_ACCESS, OPENID};

/// One thing an application asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In words.
    pub words: String,
    /// As the request names it.
    pub name: String,
    /// Not approved before.
    pub new: bool,
}

/// The scopes of a request in words.
pub fn asked<'a>(scopes: impl Iterator<Item = &'a str>, before: Option<&Consent>) -> Vec<Asked> {
    let known = before.map(|consent| consent.scopes.as_slice()).unwrap_or_default();
    scopes.map(|name| Asked { words: in_words(name), name: name.to_owned(), new: !contains(known, name) }).collect()
}

/// The claims that a request names one by one, in words.
pub fn asked_claims<'a>(claims: impl Iterator<Item = &'a str>, before: Option<&Consent>) -> Vec<Asked> {
    let known = before.map(|consent| consent.claims.as_slice()).unwrap_or_default();
    claims.map(|name| Asked { words: claim_in_words(name), name: name.to_owned(), new: !contains(known, name) }).collect()
}

/// The authorization details of a request in the words of their types: RFC 9396 §11.1.
pub fn asked_details(details: &[Value], types: &[AuthorizationType], before: Option<&Consent>) -> Vec<Asked> {
    let known = before.map(|consent| consent.authorization_details.as_slice()).unwrap_or_default();
    let in_words = |detail: &Value| {
        let kind = type_of(detail).unwrap_or_default();
        let of_type = types.iter().find(|known| known.kind == kind);
        let words = of_type.map_or_else(|| format!("Use the permission “{kind}”"), |known| sentence::in_words(&known.sentence, detail));
        Asked { words, name: kind.to_owned(), new: !known.contains(detail) }
    };
    details.iter().map(in_words).collect()
}

fn contains(known: &[String], name: &str) -> bool {
    known.iter().any(|known| known == name)
}

/// A scope as a sentence.
pub fn in_words(scope: &str) -> String {
    match scope {
        OPENID => "Recognize you when you come back".to_owned(),
        "profile" => "See your name, username, picture and other details of your profile".to_owned(),
        "email" => "See your e-mail address".to_owned(),
        "address" => "See your postal address".to_owned(),
        "phone" => "See your phone number".to_owned(),
        "groups" => "See which groups you belong to".to_owned(),
        OFFLINE_ACCESS => "Keep its access while you are away, until you take it back".to_owned(),
        other => format!("Use the permission “{other}”"),
    }
}

fn claim_in_words(claim: &str) -> String {
    let words = match claim {
        "name" => "See your name",
        "given_name" => "See your given name",
        "family_name" => "See your family name",
        "middle_name" => "See your middle name",
        "nickname" => "See your nickname",
        "preferred_username" => "See your username",
        "profile" => "See the address of your profile page",
        "picture" => "See your picture",
        "website" => "See your website",
        "email" => "See your e-mail address",
        "email_verified" => "See whether your e-mail address is verified",
        "gender" => "See your gender",
        "birthdate" => "See your date of birth",
        "zoneinfo" => "See your time zone",
        "locale" => "See your language",
        "phone_number" => "See your phone number",
        "phone_number_verified" => "See whether your phone number is verified",
        "address" => "See your postal address",
        "updated_at" => "See when your profile last changed",
        "groups" => "See which groups you belong to",
        "auth_time" => "See when you signed in",
        "acr" | "amr" => "See how you signed in",
        other => return format!("See your “{other}”"),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn before(scopes: &[&str]) -> Consent {
        Consent {
            subject: "ada".to_owned(),
            client_id: "rp".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            claims: vec!["picture".to_owned()],
            resources: Vec::new(),
            authorization_details: Vec::new(),
            destinations: Vec::new(),
            granted_at: Timestamp::default(),
            expires_at: Timestamp::default(),
        }
    }

    #[test]
    fn only_what_was_not_approved_before_is_new() {
        let asked = asked(["openid", "profile", "email"].into_iter(), Some(&before(&["openid", "profile"])));
        assert_eq!(asked.iter().map(|asked| asked.new).collect::<Vec<_>>(), [false, false, true]);
        assert!(asked_claims(["birthdate"].into_iter(), Some(&before(&[])))[0].new);
        assert!(!asked_claims(["picture"].into_iter(), Some(&before(&[])))[0].new);
    }

    #[test]
    fn the_first_time_everything_is_new() {
        assert!(asked(["openid", "api:read"].into_iter(), None).iter().all(|asked| asked.new));
    }

    #[test]
    fn a_scope_of_somebody_else_is_named_as_it_is() {
        assert!(in_words("api:read").contains("api:read"));
    }
}
