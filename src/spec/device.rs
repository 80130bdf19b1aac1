//! User codes, and how often a waiting client may ask: RFC 8628 §3.5, §6.1.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::entropy::Entropy;

/// RFC 8628 §6.1: twenty consonants, so that no word comes out and nothing looks like a digit.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// 20^8 is 34 bits: few enough to type, and too many for the tries that are let through while a code lives.
const LENGTH: usize = 8;

/// RFC 8628 §3.2: "If no value is provided, clients MUST use 5 as the default".
pub const INTERVAL: Duration = Duration::from_secs(5);
/// RFC 8628 §3.5: each `slow_down` adds five seconds.
const STEP: Duration = Duration::from_secs(5);
/// Beyond this the interval does not grow.
const SLOWEST: Duration = Duration::from_secs(60);
/// A request that travelled faster than the one before has not come too early.
const TOLERANCE: Duration = Duration::from_millis(500);

/// What a person types: eight letters.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A new code, each letter equally likely.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut code = String::with_capacity(LENGTH);
        while code.len() < LENGTH {
            let [byte] = entropy.bytes::<1>();
            // 240 is the greatest multiple of twenty that a byte holds.
            if let Some(&letter) = ALPHABET.get(usize::from(byte % 20)).filter(|_| byte < 240) {
                code.push(char::from(letter));
            }
        }
        Self(code)
    }

    /// What was typed: case, dashes and spaces do not count (RFC 8628 §6.1). `None` for what can be no code.
    pub fn parse(typed: &str) -> Option<Self> {
        let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
        let plausible = typed.len() <= 64 && letters.len() == LENGTH && letters.bytes().all(|letter| ALPHABET.contains(&letter));
        plausible.then_some(Self(letters))
    }

    /// As it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people read it: `WDJB-MJHT`.
    pub fn for_people(&self) -> String {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{second}")
    }
}

/// A code may be worth an account for ten minutes.
impl std::fmt::Debug for UserCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserCode")
    }
}

/// How often a client may ask, and when it last did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polling {
    /// Seconds between two questions.
    pub interval: u64,
    /// The last question.
    pub last: Option<Timestamp>,
}

impl Default for Polling {
    fn default() -> Self {
        Self { interval: INTERVAL.as_secs(), last: None }
    }
}

impl Polling {
    /// A question now: what to remember, and whether it came too early. RFC 8628 §3.5: "the interval MUST be increased by 5 seconds for
    /// this and all subsequent requests".
    pub fn asked(self, now: Timestamp) -> (Self, bool) {
        let interval = Duration::from_secs(self.interval);
        let too_early = self.last.is_some_and(|last| now.since(last) + TOLERANCE < interval);
        let interval = if too_early { (interval + STEP).min(SLOWEST.max(interval)) } else { interval };
        (Self { interval: interval.as_secs(), last: Some(now) }, too_early)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::parse("WDJBMJHT").unwrap();
        for typed in ["WDJB-MJHT", "wdjb-mjht", " wdjb mjht ", "w-d-j-b-m-j-h-t"] {
            assert_eq!(UserCode::parse(typed), Some(code.clone()), "{typed}");
        }
        assert_eq!(code.for_people(), "WDJB-MJHT");
    }

    #[test]
    fn what_can_be_no_code_is_none() {
        for typed in ["", "WDJB-MJH", "WDJB-MJHTX", "WDJB-MJHA", "WDJB-MJH1", "ŴDJBMJHT", &"-".repeat(5_000)] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn every_letter_comes_up() {
        let entropy = SeededEntropy::new(1);
        let seen: std::collections::BTreeSet<u8> = (0..200).flat_map(|_| UserCode::generate(&entropy).0.into_bytes()).collect();
        assert_eq!(seen.len(), ALPHABET.len());
    }

    #[test]
    fn who_asks_too_often_is_slowed_down_for_good() {
        let at = Timestamp::from_seconds(1_000);
        let (polling, too_early) = Polling::default().asked(at);
        assert!(!too_early, "the first question is never too early");
        let (polling, too_early) = polling.asked(at + Duration::from_secs(2));
        assert!(too_early && polling.interval == 10);
        let (polling, too_early) = polling.asked(at + Duration::from_secs(8));
        assert!(too_early && polling.interval == 15);
        let (polling, too_early) = polling.asked(at + Duration::from_secs(23));
        assert!(!too_early && polling.interval == 15);
        let hasty = (0..100).fold(polling, |polling, _| polling.asked(at).0);
        assert_eq!(hasty.interval, 60);
    }
}
