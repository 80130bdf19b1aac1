//! Audit events: who did what to whom. The kinds are listed here and nowhere else.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::model::audit::AuditEvent;

macro_rules! kinds {
    ($($name:ident = $text:literal, $words:literal;)*) => {
        $(#[doc = $words] pub const $name: &str = $text;)*

        /// Every kind of event with its meaning: filters and the documentation are made from it.
        pub const KINDS: &[(&str, &str)] = &[$(($name, $words)),*];
    };
}

kinds! {
    USER_CREATED = "user.created", "A user was made.";
    USER_UPDATED = "user.updated", "A user's profile or rights were changed.";
    USER_LOCKED = "user.locked", "A user was locked.";
    USER_UNLOCKED = "user.unlocked", "A user was unlocked.";
    USER_DELETED = "user.deleted", "A user was deleted.";
    SETUP_DONE = "setup.done", "The first administrator was made with the setup link.";
    PASSWORD_SET = "password.set", "An administrator set a user's password; what applications had been given ended.";
    PASSWORD_CHANGED = "password.changed", "A person changed their own password; what applications had been given in other browsers ended.";
    PASSWORD_REHASHED = "password.rehashed", "A password was hashed anew at sign-in, by the cost that is set now.";
    SESSION_STARTED = "session.started", "A person signed in.";
    SESSION_ENDED = "session.ended", "A browser session ended before its time.";
    LOGOUT_UNDELIVERED = "logout.undelivered", "A client could not be told that a session ended (OIDC Back-Channel Logout §2.8).";
    CONSENT_GIVEN = "consent.given", "A person approved an application.";
    CONSENT_WITHDRAWN = "consent.withdrawn", "An approval was withdrawn, and with it every grant to the application.";
    DEVICE_APPROVED = "device.approved", "A person connected a device (RFC 8628).";
    DEVICE_DENIED = "device.denied", "A person refused to connect a device (RFC 8628).";
    REQUEST_APPROVED = "authentication_request.approved", "A person allowed what an application had asked elsewhere (CIBA).";
    REQUEST_DENIED = "authentication_request.denied", "A person refused what an application had asked elsewhere (CIBA).";
    GRANT_REVOKED = "grant.revoked", "A grant and all of its tokens were revoked.";
    CODE_REPLAYED = "code.replayed", "A code was redeemed twice; what it gave was revoked (RFC 6749 §4.1.2).";
    REFRESH_REUSE = "refresh_reuse", "A refresh token was used after its successor; its family was revoked (RFC 9700 §4.14).";
    TOKEN_REVOKED = "token.revoked", "A single token was revoked by an application that an administrator registered (RFC 7009).";
    CLIENT_CREATED = "client.created", "A client was registered.";
    CLIENT_UPDATED = "client.updated", "A client's registration was changed.";
    CLIENT_DELETED = "client.deleted", "A client was deleted.";
    CLIENT_REGISTERED = "client.registered", "A client registered itself with an initial access token (RFC 7591).";
    CLIENT_APPROVED = "client.approved", "A person was the first to approve a client that no administrator registered.";
    REGISTRATION_TOKEN_CREATED = "registration_token.created", "An initial access token was made.";
    REGISTRATION_TOKEN_DELETED = "registration_token.deleted", "An initial access token was deleted.";
    CLIENT_SECRET_ADDED = "client.secret_added", "A client got another secret.";
    CLIENT_SECRET_RETIRED = "client.secret_retired", "A secret of a client stopped working.";
    GROUP_CREATED = "group.created", "A group was made.";
    GROUP_DELETED = "group.deleted", "A group was deleted.";
    GROUP_MEMBER_ADDED = "group.member_added", "A user joined a group.";
    GROUP_MEMBER_REMOVED = "group.member_removed", "A user left a group.";
    RESOURCE_CREATED = "resource.created", "A resource was registered.";
    RESOURCE_UPDATED = "resource.updated", "A resource's registration was changed.";
    RESOURCE_DELETED = "resource.deleted", "A resource was deleted.";
    AUTHORIZATION_TYPE_CREATED = "authorization_type.created", "A type of authorization details was registered.";
    AUTHORIZATION_TYPE_UPDATED = "authorization_type.updated", "A type of authorization details was changed.";
    AUTHORIZATION_TYPE_DELETED = "authorization_type.deleted", "A type of authorization details was deleted.";
    KEYS_CREATED = "keys.created", "The first signing keys of a kind were made.";
    KEYS_ROTATED = "keys.rotated", "New signing keys were published.";
    KEYS_WITHDRAWN = "keys.withdrawn", "Signing keys were replaced at once and withdrawn.";
    MASTER_KEY_CHANGED = "master_key.changed", "Everything sealed was sealed anew with another master key.";
}

/// Who did it. What is stored is [`Actor::as_str`]; releases before this one also wrote `client` for whichever client revoked a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A person, by their `sub`.
    Person(&'a str),
    /// A client, by its `client_id`.
    Client(&'a str),
    /// Whoever may use the command line.
    CommandLine,
    /// authy by itself.
    System,
}

impl<'a> Actor<'a> {
    /// As it is stored.
    pub const fn as_str(self) -> &'a str {
        match self {
            Self::Person(id) | Self::Client(id) => id,
            Self::CommandLine => "cli",
            Self::System => "system",
        }
    }
}

/// An event in the making.
#[derive(Clone, Debug)]
#[must_use = "an event that is not built and stored is lost"]
pub struct EventBuilder {
    event: AuditEvent,
}

/// Begins an event.
pub fn event(entropy: &dyn Entropy, at: Timestamp, kind: &str, actor: Actor<'_>) -> EventBuilder {
    let event = AuditEvent {
        id: ordered(entropy, at),
        at,
        kind: kind.to_owned(),
        actor: actor.as_str().to_owned(),
        subject: None,
        client_id: None,
        detail: json!({}),
    };
    EventBuilder { event }
}

/// Begins what a person does about themselves.
pub fn by_person(entropy: &dyn Entropy, at: Timestamp, kind: &str, subject: &str) -> EventBuilder {
    event(entropy, at, kind, Actor::Person(subject)).subject(subject)
}

/// Begins what a client does about itself.
pub fn by_client(entropy: &dyn Entropy, at: Timestamp, kind: &str, client_id: &str) -> EventBuilder {
    event(entropy, at, kind, Actor::Client(client_id)).client(client_id)
}

/// RFC 9562 §5.7: a UUID that begins with the milliseconds of its moment, so that ids sort by time.
fn ordered(entropy: &dyn Entropy, at: Timestamp) -> uuid::Uuid {
    let millis = u64::try_from(at.as_micros().div_euclid(1_000)).unwrap_or(0);
    let mut chance = [0; 10];
    entropy.fill(&mut chance);
    uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid()
}

impl EventBuilder {
    /// The user it is about.
    pub fn subject(mut self, subject: &str) -> Self {
        self.event.subject = Some(subject.to_owned());
        self
    }

    /// The client it is about.
    pub fn client(mut self, client_id: &str) -> Self {
        self.event.client_id = Some(client_id.to_owned());
        self
    }

    /// More; never a secret or an e-mail address.
    pub fn detail(mut self, detail: Value) -> Self {
        self.event.detail = detail;
        self
    }

    /// The event.
    pub fn build(self) -> AuditEvent {
        self.event
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    #[test]
    fn later_events_have_greater_ids() {
        let begun = |seconds, kind| event(&OsEntropy, Timestamp::from_seconds(seconds), kind, Actor::CommandLine);
        let early = begun(1_700_000_000, USER_CREATED).subject("ada").build();
        let late = begun(1_700_000_001, USER_DELETED).client("app").detail(json!({"a": 1})).build();
        assert!(early.id < late.id);
        assert_eq!((early.subject.as_deref(), late.client_id.as_deref(), late.id.get_version_num()), (Some("ada"), Some("app"), 7));
    }

    #[test]
    fn people_and_clients_are_stored_by_their_ids_and_the_others_by_a_word() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let stored = |actor| event(&OsEntropy, now, GRANT_REVOKED, actor).build().actor;
        assert_eq!([Actor::CommandLine, Actor::System].map(stored), ["cli", "system"]);
        let ada = by_person(&OsEntropy, now, CONSENT_GIVEN, "ada").build();
        let app = by_client(&OsEntropy, now, TOKEN_REVOKED, "app").build();
        assert_eq!((ada.actor.as_str(), ada.subject.as_deref(), ada.client_id), ("ada", Some("ada"), None));
        assert_eq!((app.actor.as_str(), app.subject, app.client_id.as_deref()), ("app", None, Some("app")));
    }

    #[test]
    fn no_two_kinds_share_a_name() {
        let names: std::collections::BTreeSet<_> = KINDS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), KINDS.len());
    }
}
