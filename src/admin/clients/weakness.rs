//! Settings of a client that are weaker than the default, in words, with the word of whoever allowed them. Pure.

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::model::client::protocol::Weakening;
use crate::spec::client_metadata::weakening::{self, Kind};

/// One weakened setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// What is weaker, in a sentence.
    pub what: Cow<'static, str>,
    /// How to make it stronger.
    pub mend: &'static str,
    /// Who allowed it, if that was written down.
    pub allowed: Option<Weakening>,
}

impl Weakness {
    /// By whose word it is in force, or is not any more.
    pub fn word(&self, now: Timestamp) -> String {
        match &self.allowed {
            None => "Nobody is on record as having allowed it.".to_owned(),
            Some(Weakening { allowed_by, until: None, .. }) => format!("Allowed by {allowed_by} until further notice."),
            Some(known @ Weakening { allowed_by, until: Some(until), .. }) => {
                let end = Timestamp::from_seconds(*until).for_people();
                match weakening::has_ended(known, now) {
                    true => format!("{allowed_by} allowed it until {end}: it is not in force any more, the default is."),
                    false => format!("Allowed by {allowed_by} until {end}."),
                }
            }
        }
    }

    /// Whether what was allowed has run out.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.allowed.as_ref().is_some_and(|known| weakening::has_ended(known, now))
    }
}

/// Every weakened setting of a client: those that authy sees, and those that somebody wrote down besides.
pub fn of(client: &Client) -> Vec<Weakness> {
    let recorded = &client.metadata.protocol.weakenings;
    let seen = weakening::of(client);
    let besides = recorded.iter().filter(|known| !weakening::is_ours(&known.setting));
    let besides = besides.map(|known| Weakness {
        what: format!("{} is recorded as weaker than the default.", known.setting).into(),
        mend: "Take it out of the member “weakenings” when it is so no more.",
        allowed: Some(known.clone()),
    });
    let seen = seen.iter().map(|kind| {
        let (what, mend) = words(*kind);
        Weakness { what: what.into(), mend, allowed: recorded.iter().find(|known| known.setting == kind.setting()).cloned() }
    });
    seen.chain(besides).collect()
}

/// What is weaker, and how to make it stronger.
const fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Pkce => (
            "PKCE is not required, so a stolen code is stopped by the client's authentication alone (RFC 9700 §2.1.1).",
            "Switch “Require PKCE” on once the application sends a code challenge.",
        ),
        Kind::LegacyProfile => (
            "The legacy profile allows older ways to sign in that leak tokens more easily.",
            "Switch to the profile oauth21 once the application uses the code flow.",
        ),
        Kind::NoRotation => (
            "Refresh tokens are not replaced when used, so a stolen one is not noticed (RFC 9700 §4.14).",
            "Switch “Rotate refresh tokens” on unless the application cannot store a new one.",
        ),
        Kind::ResponseTypes => (
            "Response types besides code hand out tokens through the browser (RFC 9700 §2.1.2).",
            "Register the response type code alone once the application needs no other.",
        ),
        Kind::UnsignedIdTokens => (
            "ID Tokens are not signed, so they prove nothing outside the connection they came by.",
            "Register a signature algorithm as id_token_signed_response_alg.",
        ),
        Kind::Impersonation => (
            "It may exchange tokens for ones in which nothing says that it acts for somebody (RFC 8693 §1.1).",
            "Take exchange_impersonation away: delegation names it in the claim act.",
        ),
        Kind::LongAccessTokens => (
            "Its access tokens live for more than an hour, so a stolen one works for long.",
            "Shorten the lifetime and let the application refresh.",
        ),
        Kind::LongIdTokens => ("Its ID Tokens live for more than a day.", "Shorten the lifetime: an ID Token is read once, at sign-in."),
        Kind::LongRefreshTokens => {
            ("Its refresh tokens live unused for more than ninety days.", "Shorten the lifetime to the longest time that people stay away.")
        }
        Kind::UndottedScheme => (
            "A redirect URI has a private-use scheme without a dot, which any other application may claim as well (RFC 8252 §7.1).",
            "Use a scheme that is a domain name of yours backwards, or an https link that opens the application.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::{AuthMethod, ClientMetadata, ClientOrigin, Profile};

    fn client(metadata: ClientMetadata) -> Client {
        Client {
            client_id: "c".into(),
            name: "C".into(),
            origin: ClientOrigin::Administrator,
            enabled: true,
            metadata,
            secrets: Vec::new(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn a_confidential_client_without_pkce_is_weakened_and_a_service_is_not() {
        let code = ClientMetadata { grant_types: vec!["authorization_code".into()], refresh_rotation: true, ..ClientMetadata::default() };
        assert_eq!(of(&client(code.clone())).len(), 1);
        assert!(of(&client(ClientMetadata { require_pkce: true, ..code.clone() })).is_empty());
        assert!(of(&client(ClientMetadata { auth_method: Some(AuthMethod::None), ..code })).is_empty());
        let service = ClientMetadata { grant_types: vec!["client_credentials".into()], ..ClientMetadata::default() };
        assert!(of(&client(service)).is_empty());
    }

    #[test]
    fn each_says_by_whose_word_it_is_in_force() {
        let mut weak = client(ClientMetadata { require_pkce: true, profile: Profile::Legacy, ..ClientMetadata::default() });
        let now = Timestamp::from_seconds(1_000);
        let word = |client: &Client| of(client).first().map(|weakness| (weakness.word(now), weakness.has_ended(now))).unwrap();
        assert_eq!(word(&weak), ("Nobody is on record as having allowed it.".to_owned(), false));
        let mut record = |until| {
            weak.metadata.protocol.weakenings = vec![Weakening { setting: "profile".into(), allowed_by: "ada".into(), until }];
            word(&weak)
        };
        assert_eq!(record(None), ("Allowed by ada until further notice.".to_owned(), false));
        assert_eq!(record(Some(86_400)), ("Allowed by ada until 1970-01-02 00:00 UTC.".to_owned(), false));
        assert!(record(Some(1_000)).1);
    }

    #[test]
    fn what_somebody_wrote_down_besides_is_shown_too() {
        let mut weak = client(ClientMetadata::default());
        weak.metadata.protocol.weakenings = vec![Weakening { setting: "wide_audience".into(), allowed_by: "ada".into(), until: None }];
        assert!(of(&weak).first().unwrap().what.contains("wide_audience"));
    }
}
