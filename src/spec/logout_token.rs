//! The contents of a logout token, and what an answer to it means: OIDC Back-Channel Logout §2.4, §2.5 and §2.8.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;

/// §2.4: explicit typing keeps it apart from ID Tokens (RFC 8725 §3.11).
pub const TYP: &str = "logout+jwt";
/// §2.4: the one member of `events`.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// §2.4: "preferably … at most two minutes in the future".
const LIFETIME: Duration = Duration::from_secs(120);
/// How long somebody who does not answer is asked again.
const PATIENCE: Duration = Duration::from_secs(12 * 60 * 60);
const LONGEST_PAUSE: u64 = 60 * 60;

/// What a logout token says. There is never a `nonce`: "A nonce Claim MUST NOT be present", so that nobody takes it for an ID Token.
#[derive(Clone, Debug)]
pub struct LogoutTokenClaims<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `sub`, as the client's ID Tokens name the person.
    pub subject: &'a str,
    /// `aud`: the client id.
    pub audience: &'a str,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `jti`.
    pub jti: &'a str,
    /// `sid`, as in ID Tokens.
    pub sid: &'a str,
}

impl LogoutTokenClaims<'_> {
    /// The claims as they are signed.
    pub fn to_json(&self) -> Map<String, Value> {
        let claims = [
            ("iss", Value::from(self.issuer)),
            ("sub", Value::from(self.subject)),
            ("aud", Value::from(self.audience)),
            ("iat", Value::from(self.issued_at.as_seconds())),
            ("exp", Value::from((self.issued_at + LIFETIME).as_seconds())),
            ("jti", Value::from(self.jti)),
            ("events", json!({ EVENT: {} })),
            ("sid", Value::from(self.sid)),
        ];
        claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// What sending a logout token came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The client answered with this status.
    Answered(u16),
    /// There was no answer.
    Unanswered,
}

/// What becomes of a message to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The client has heard it.
    Done,
    /// It is sent again after this pause.
    Again(Duration),
    /// It is not sent again: the client will not have it, or has been silent for too long.
    GiveUp,
}

/// §2.8: 200 is success, and 204 from frameworks that say so; 400 is the client's last word. Redirects are not followed and so final too.
/// Whoever is away or broken (5xx, no answer) is asked again, ever more rarely, for twelve hours.
pub fn judge(sent: &Sent, attempts: i32, age: Duration) -> Verdict {
    match sent {
        Sent::Answered(200..=299) => Verdict::Done,
        Sent::Answered(408 | 425 | 429 | 500..) | Sent::Unanswered if age < PATIENCE => Verdict::Again(pause(attempts)),
        _ => Verdict::GiveUp,
    }
}

/// 5 s, 20 s, 80 s, … at most an hour.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(6);
    Duration::from_secs((5 * 4_u64.pow(doublings)).min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logout_token_names_the_event_and_no_nonce() {
        let claims = LogoutTokenClaims {
            issuer: "https://server.example.com",
            subject: "248289761001",
            audience: "s6BhdRkqt3",
            issued_at: Timestamp::from_seconds(1_471_566_154),
            jti: "bWJq",
            sid: "08a5019c-17e1-4977-8f42-65a12843ea02",
        };
        // OIDC Back-Channel Logout §2.4, with `exp`
        let expected = json!({
            "iss": "https://server.example.com", "sub": "248289761001", "aud": "s6BhdRkqt3", "iat": 1_471_566_154, "exp": 1_471_566_274,
            "jti": "bWJq", "sid": "08a5019c-17e1-4977-8f42-65a12843ea02",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}}
        });
        assert_eq!(Value::Object(claims.to_json()), expected);
    }

    #[test]
    fn who_is_away_is_asked_again_ever_more_rarely_and_not_for_ever() {
        let young = Duration::from_secs(60);
        let pauses: Vec<u64> = (1..8)
            .map(|attempt| match judge(&Sent::Answered(503), attempt, young) {
                Verdict::Again(pause) => pause.as_secs(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(pauses, [5, 20, 80, 320, 1280, 3600, 3600]);
        assert_eq!(judge(&Sent::Unanswered, i32::MAX, young), Verdict::Again(Duration::from_secs(3600)));
        assert_eq!(judge(&Sent::Unanswered, 3, PATIENCE), Verdict::GiveUp);
    }

    #[test]
    fn an_answer_is_the_last_word() {
        for (status, verdict) in [(200, Verdict::Done), (204, Verdict::Done), (302, Verdict::GiveUp), (400, Verdict::GiveUp)] {
            assert_eq!(judge(&Sent::Answered(status), 1, Duration::ZERO), verdict, "{status}");
        }
    }
}
