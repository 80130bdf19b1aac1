//! When keys begin and stop to sign and to be published: behaviour of a rotation. Pure.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::model::signing_key::SigningKey;

/// Relying parties read new keys within a day; so long a key is published before it signs, and after its last token has died.
pub const NOTICE: Duration = Duration::from_secs(24 * 3_600);

/// How a rotation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The new keys are published now and sign after a day; the old ones stay published until their last token has died, and a day longer.
    Planned,
    /// A key has leaked: the new ones sign at once, the old ones are withdrawn at once.
    Emergency,
}

impl Rotation {
    /// From when the new keys sign.
    pub fn signs_from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Planned => now + NOTICE,
            Self::Emergency => now,
        }
    }
}

/// What becomes of the keys that were there. Only those that change are returned.
pub fn retire(existing: &[SigningKey], rotation: Rotation, longest_token: Duration, now: Timestamp) -> Vec<SigningKey> {
    let handover = rotation.signs_from(now);
    let published_until = match rotation {
        Rotation::Planned => handover + longest_token + NOTICE,
        Rotation::Emergency => now,
    };
    let ends_later = |end: Option<Timestamp>, limit: Timestamp| end.is_none_or(|end| end > limit);
    let touched = existing.iter().filter(|key| match rotation {
        Rotation::Planned => ends_later(key.signs_until, handover),
        Rotation::Emergency => ends_later(key.published_until, now),
    });
    touched
        .cloned()
        .map(|mut key| {
            key.signs_until = Some(key.signs_until.map_or(handover, |end| end.min(handover)));
            key.published_until = Some(published_until);
            key
        })
        .collect()
}

/// What a key is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Published, and signs later.
    Next,
    /// Signs.
    Active,
    /// Published so that its tokens can be verified.
    Retiring,
    /// No longer published.
    Withdrawn,
}

impl State {
    /// In one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What a key is doing now.
pub fn state(key: &SigningKey, now: Timestamp) -> State {
    if key.published_until.is_some_and(|end| end <= now) {
        State::Withdrawn
    } else if key.signs_until.is_some_and(|end| end <= now) {
        State::Retiring
    } else if now < key.signs_from {
        State::Next
    } else {
        State::Active
    }
}

/// `{kid, algorithm, state, created_at, signs_from, signs_until, published_until}`; never the private half.
pub fn json(key: &SigningKey, now: Timestamp) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": state(key, now).as_str(),
        "created_at": key.created_at.rfc3339(),
        "signs_from": key.signs_from.rfc3339(),
        "signs_until": key.signs_until.map(Timestamp::rfc3339),
        "published_until": key.published_until.map(Timestamp::rfc3339),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_seconds(hours * 3_600)
    }

    fn key(signs_from: i64, signs_until: Option<i64>, published_until: Option<i64>) -> SigningKey {
        SigningKey {
            kid: format!("k{signs_from}"),
            algorithm: "ES256".into(),
            public_jwk: Value::Null,
            sealed_private_jwk: Vec::new(),
            created_at: at(signs_from),
            signs_from: at(signs_from),
            signs_until: signs_until.map(at),
            published_until: published_until.map(at),
        }
    }

    #[test]
    fn a_planned_rotation_hands_over_after_a_day_and_publishes_a_day_past_the_last_token() {
        let old = retire(&[key(0, None, None)], Rotation::Planned, HOUR, at(100));
        assert_eq!(old[0].signs_until, Some(at(124)));
        assert_eq!(old[0].published_until, Some(at(149)));
        assert_eq!(state(&old[0], at(123)), State::Active);
        assert_eq!(state(&old[0], at(124)), State::Retiring);
        assert_eq!(state(&old[0], at(149)), State::Withdrawn);
    }

    #[test]
    fn a_second_rotation_leaves_a_key_alone_that_ends_sooner() {
        let retiring = key(0, Some(110), Some(135));
        let next = key(110, None, None);
        let changed = retire(&[retiring, next], Rotation::Planned, HOUR, at(100));
        assert_eq!(changed.iter().map(|key| key.kid.as_str()).collect::<Vec<_>>(), ["k110"]);
    }

    #[test]
    fn an_emergency_withdraws_everything_at_once_also_what_was_retiring() {
        let changed = retire(&[key(0, Some(50), Some(200)), key(50, None, None), key(1, Some(2), Some(3))], Rotation::Emergency, HOUR, at(100));
        assert_eq!(changed.len(), 2);
        assert!(changed.iter().all(|key| state(key, at(100)) == State::Withdrawn));
        assert_eq!(changed[0].signs_until, Some(at(50)), "a key that had stopped does not sign again");
    }
}
