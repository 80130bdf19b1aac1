//! What a signing key is doing, and how it is shown. Pure.

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::jose::rotation;
use crate::model::signing_key::SigningKey;

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
    if !rotation::is_published(key, now) {
        State::Withdrawn
    } else if rotation::may_sign(key, now) {
        State::Active
    } else if now < key.signs_from {
        State::Next
    } else {
        State::Retiring
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

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_seconds(hours * 3_600)
    }

    #[test]
    fn a_key_is_next_then_active_then_retiring_then_withdrawn() {
        let key = SigningKey {
            kid: "k".into(),
            algorithm: "ES256".into(),
            public_jwk: Value::Null,
            sealed_private_jwk: Vec::new(),
            created_at: at(0),
            signs_from: at(24),
            signs_until: Some(at(48)),
            published_until: Some(at(72)),
        };
        let states = [0, 24, 48, 72].map(|hour| state(&key, at(hour)).as_str());
        assert_eq!(states, ["next", "active", "retiring", "withdrawn"]);
        assert!(json(&key, at(0)).to_string().find("private").is_none());
    }
}
