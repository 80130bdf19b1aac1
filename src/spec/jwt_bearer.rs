//! Assertions of other issuers as grants: RFC 7523 §2.1, §3, RFC 7521 §4.1.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::secret::TokenHash;
use crate::spec::{audience, numeric_date};

/// What an assertion may call itself: nothing special, or what the successor of RFC 7523 says. Identity assertion grants have rules of their own.
pub const TYPES: &[&str] = &["jwt", "authorization-grant+jwt"];

/// No assertion is good for longer.
const LONGEST: Duration = Duration::from_secs(3_600);
/// How far the issuer's clock may be ahead.
const SKEW: Duration = Duration::from_secs(60);
/// A longer `jti` is not kept.
const LONGEST_JTI: usize = 1_024;

/// An issuer whose word about people a client may bring: one entry of `assertion_issuers`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// `iss`, to the letter.
    pub issuer: String,
    /// Its keys, by value.
    pub jwks: Option<Value>,
    /// Its keys, by reference.
    pub jwks_uri: Option<String>,
    /// What its `sub` is.
    #[serde(default)]
    pub subject: Subject,
}

/// What the `sub` of an assertion names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// The `sub` that authy gave the person, which is nobody else's ever.
    #[default]
    Sub,
    /// The user name.
    Username,
    /// The e-mail address, if authy knows that it is the person's.
    Email,
}

impl TrustedIssuer {
    /// Reads one entry.
    ///
    /// # Errors
    /// What is wrong with it, in half a sentence.
    pub fn parse(entry: &Value) -> Result<Self, String> {
        let read: Self = serde_json::from_value(entry.clone()).map_err(|error| error.to_string())?;
        match (read.issuer.is_empty(), &read.jwks, &read.jwks_uri) {
            (true, ..) => Err("its issuer is empty".to_owned()),
            (_, Some(_), Some(_)) | (_, None, None) => Err("it needs either jwks or jwks_uri".to_owned()),
            _ => Ok(read),
        }
    }
}

/// What an assertion says, once it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Whom it is about.
    pub subject: String,
    /// When its issuer made it, or the present.
    pub issued_at: Timestamp,
    /// Names the `jti` of this issuer: what must not be seen again.
    pub once: TokenHash,
    /// How long that must be remembered.
    pub remember: Duration,
}

/// Which issuer an assertion claims to be of; not believed yet.
pub fn claimed_issuer(claims: &Map<String, Value>) -> Option<&str> {
    claims.get("iss").and_then(Value::as_str)
}

/// RFC 7523 §3, rule by rule. `jti` is required here, so that an assertion is good once.
///
/// # Errors
/// The claim that is not as it must be.
pub fn check(claims: &Map<String, Value>, issuer: &str, ours: &[String], now: Timestamp) -> Result<Assertion, &'static str> {
    let text = |name: &'static str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(name);
    let time = |name: &'static str| match claims.get(name) {
        None => Ok(None),
        Some(value) => numeric_date::parse(value).map(Some).ok_or(name),
    };
    if text("iss")? != issuer {
        return Err("iss");
    }
    if !audience::names(claims, |named| ours.iter().any(|one| one == named)) {
        return Err("aud");
    }
    let expires = time("exp")?.ok_or("exp")?;
    if expires <= now || expires > now + LONGEST + SKEW {
        return Err("exp");
    }
    if time("nbf")?.is_some_and(|moment| moment > now + SKEW) {
        return Err("nbf");
    }
    let issued_at = time("iat")?;
    if issued_at.is_some_and(|moment| moment > now + SKEW) {
        return Err("iat");
    }
    let jti = text("jti").ok().filter(|jti| jti.len() <= LONGEST_JTI).ok_or("jti")?;
    Ok(Assertion {
        subject: text("sub")?.to_owned(),
        issued_at: issued_at.unwrap_or(now),
        once: TokenHash::of(&format!("{issuer}\n{jti}")),
        remember: now.until(expires) + SKEW,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checked(change: &Value) -> Result<Assertion, &'static str> {
        // RFC 7523 §4, with a jti.
        let mut claims = json!({ "iss": "https://jwt-idp.example.com", "sub": "mailto:mike@example.com", "aud": "https://jwt-rp.example.net",
            "nbf": 1_300_815_780, "exp": 1_300_819_380, "jti": "1" });
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let us = ["https://jwt-rp.example.net".to_owned(), "https://jwt-rp.example.net/token".to_owned()];
        check(claims.as_object().unwrap(), "https://jwt-idp.example.com", &us, Timestamp::from_seconds(1_300_815_800))
    }

    #[test]
    fn the_example_of_the_rfc_is_believed() {
        assert_eq!(checked(&json!({})).unwrap().subject, "mailto:mike@example.com");
        assert!(checked(&json!({ "aud": ["https://jwt-rp.example.net/token", "x"], "iat": 1_300_815_790, "nbf": null })).is_ok());
    }

    #[test]
    fn what_is_missing_late_early_or_for_others_is_not() {
        for change in [
            json!({ "iss": "https://other.example" }),
            json!({ "sub": null }),
            json!({ "sub": 5 }),
            json!({ "aud": "https://other.example" }),
            json!({ "aud": null }),
            json!({ "exp": null }),
            json!({ "exp": 1_300_815_800 }),
            json!({ "exp": 1_300_823_000 }),
            json!({ "exp": "1300819380" }),
            json!({ "nbf": 1_300_815_900 }),
            json!({ "iat": 1_300_815_900 }),
            json!({ "jti": null }),
            json!({ "jti": "x".repeat(1_025) }),
        ] {
            assert!(checked(&change).is_err(), "{change}");
        }
    }

    #[test]
    fn an_issuer_brings_its_keys_in_one_way() {
        let jwks = json!({ "keys": [] });
        assert_eq!(TrustedIssuer::parse(&json!({ "issuer": "https://a", "jwks": jwks })).unwrap().subject, Subject::Sub);
        for entry in [
            json!({ "issuer": "https://a" }),
            json!({ "issuer": "", "jwks": jwks }),
            json!({ "issuer": "https://a", "jwks": jwks, "jwks_uri": "https://a/jwks" }),
            json!({ "issuer": "https://a", "jwks": jwks, "subject": "phone" }),
            json!({ "issuer": "https://a", "jwks": jwks, "more": 1 }),
            json!("https://a"),
        ] {
            assert!(TrustedIssuer::parse(&entry).is_err(), "{entry}");
        }
    }
}
