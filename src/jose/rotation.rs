//! When a signing key is published, signs and is withdrawn: pure rules over the stored keys.
//!
//! `signs_from..signs_until` and `created_at..published_until` are half open. The results are the rows to save: the new keys, and those
//! old ones that change.

use std::time::Duration;

use super::SealedPair;
use crate::clock::Timestamp;
use crate::model::signing_key::SigningKey;

/// A new key is published for so long before it signs, so that whoever caches the key set has seen it.
pub const PUBLISHED_BEFORE_SIGNING: Duration = Duration::from_secs(24 * 3600);

/// An old key stays published for so long after the last token it signed has expired.
pub const PUBLISHED_AFTER_LAST_TOKEN: Duration = Duration::from_secs(24 * 3600);

/// Keys that sign at once: the first of an installation, as nobody has cached a set without them; and those after an emergency.
pub fn first_keys(pairs: Vec<SealedPair>, now: Timestamp) -> Vec<SigningKey> {
    pairs.into_iter().map(|pair| key(pair, now, now)).collect()
}

/// A planned rotation: the new key is published now and signs from a day later; until then the old one signs, and it stays published
/// until a day past the last token it signed. `longest_token` is the longest life of anything signed. An algorithm that no key would
/// sign until then gets a key that signs at once.
pub fn rotate(existing: &[SigningKey], pairs: Vec<SealedPair>, now: Timestamp, longest_token: Duration) -> Vec<SigningKey> {
    let switch = now + PUBLISHED_BEFORE_SIGNING;
    let mut changed = Vec::new();
    for pair in pairs {
        let old = || existing.iter().filter(|old| old.algorithm == pair.kind.as_str() && is_published(old, now));
        let hand_over = if is_bridged(old, now, switch) { switch } else { now };
        for old in old().filter(|old| old.signs_until.is_none_or(|until| hand_over < until)) {
            changed.push(SigningKey {
                signs_until: Some(hand_over),
                published_until: Some(hand_over + longest_token + PUBLISHED_AFTER_LAST_TOKEN),
                ..old.clone()
            });
        }
        changed.push(key(pair, now, hand_over));
    }
    changed
}

/// Whether at every moment from `now` to `switch` one of these keys signs.
fn is_bridged<'a, I: Iterator<Item = &'a SigningKey>>(keys: impl Fn() -> I, now: Timestamp, switch: Timestamp) -> bool {
    let mut reached = now;
    while reached < switch {
        let ends = keys().filter(|key| key.signs_from <= reached).map(|key| key.signs_until.unwrap_or(switch));
        match ends.max() {
            Some(end) if reached < end => reached = end,
            _ => return false,
        }
    }
    true
}

/// Whether the key is in the public set at `now`.
pub fn is_published(key: &SigningKey, now: Timestamp) -> bool {
    key.published_until.is_none_or(|until| now < until)
}

/// Whether the key may sign at `now`.
pub fn may_sign(key: &SigningKey, now: Timestamp) -> bool {
    key.signs_from <= now && key.signs_until.is_none_or(|until| now < until) && is_published(key, now)
}

fn key(pair: SealedPair, now: Timestamp, signs_from: Timestamp) -> SigningKey {
    SigningKey {
        kid: pair.kid,
        algorithm: pair.kind.as_str().to_owned(),
        public_jwk: pair.public_jwk,
        sealed_private_jwk: pair.sealed_private_jwk,
        created_at: now,
        signs_from,
        signs_until: None,
        published_until: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Algorithm;

    const HOUR: Duration = Duration::from_secs(3600);
    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn pair(kid: &str, algorithm: Algorithm) -> SealedPair {
        SealedPair { kid: kid.to_owned(), kind: algorithm.into(), public_jwk: serde_json::Value::Null, sealed_private_jwk: Vec::new() }
    }

    /// Saves the changed rows as the store does.
    fn save(stored: &mut Vec<SigningKey>, changed: Vec<SigningKey>) {
        for key in changed {
            stored.retain(|old| old.kid != key.kid);
            stored.push(key);
        }
    }

    fn signing(stored: &[SigningKey], now: Timestamp) -> Vec<&str> {
        stored.iter().filter(|key| may_sign(key, now)).map(|key| key.kid.as_str()).collect()
    }

    fn published(stored: &[SigningKey], now: Timestamp) -> Vec<&str> {
        stored.iter().filter(|key| is_published(key, now)).map(|key| key.kid.as_str()).collect()
    }

    #[test]
    fn first_keys_sign_at_once() {
        let keys = first_keys(vec![pair("a", Algorithm::RS256), pair("b", Algorithm::ES256)], NOW);
        assert_eq!(signing(&keys, NOW), ["a", "b"]);
    }

    #[test]
    fn a_rotation_publishes_first_signs_a_day_later_and_keeps_the_old_a_day_past_its_last_token() {
        let mut keys = first_keys(vec![pair("old", Algorithm::RS256), pair("other", Algorithm::ES256)], NOW - HOUR);
        let changed = rotate(&keys, vec![pair("new", Algorithm::RS256)], NOW, HOUR);
        save(&mut keys, changed);
        assert_eq!(published(&keys, NOW), ["other", "old", "new"]);
        assert_eq!(signing(&keys, NOW), ["other", "old"]);
        assert_eq!(signing(&keys, NOW + HOUR * 24 - Duration::from_micros(1)), ["other", "old"]);
        assert_eq!(signing(&keys, NOW + HOUR * 24), ["other", "new"]);
        assert_eq!(published(&keys, NOW + HOUR * 49 - Duration::from_micros(1)), ["other", "old", "new"]);
        assert_eq!(published(&keys, NOW + HOUR * 49), ["other", "new"]);
    }

    #[test]
    fn rotations_in_quick_succession_leave_exactly_one_signer_at_any_time() {
        let mut keys = first_keys(vec![pair("1", Algorithm::RS256)], NOW);
        for (number, hour) in [("2", 1), ("3", 5), ("4", 30), ("5", 31)] {
            let changed = rotate(&keys, vec![pair(number, Algorithm::RS256)], NOW + HOUR * hour, HOUR);
            save(&mut keys, changed);
        }
        for hour in 0..100 {
            assert_eq!(signing(&keys, NOW + HOUR * hour).len(), 1, "hour {hour}");
        }
        assert_eq!(signing(&keys, NOW + HOUR * 60), ["5"]);
    }

    #[test]
    fn an_algorithm_without_a_signer_gets_one_at_once() {
        let keys = first_keys(vec![pair("a", Algorithm::RS256)], NOW);
        let changed = rotate(&keys, vec![pair("b", Algorithm::EdDSA)], NOW, HOUR);
        assert_eq!(signing(&changed, NOW), ["b"]);
        assert_eq!(changed.len(), 1);
    }
}
