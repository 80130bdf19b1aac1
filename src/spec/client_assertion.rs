//! Assertions of clients about themselves: RFC 7523 §3, OIDC Core §9, FAPI 2.0 Security Profile §5.3.2.1.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::client::Profile;
use crate::secret::TokenHash;
use crate::spec::numeric_date;

/// `client_assertion_type`: RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What an assertion may call itself: nothing special, or what the successor of RFC 7523 says.
pub const TYPES: &[&str] = &["jwt", "client-authentication+jwt"];
/// A longer `jti` is not kept.
const MAX_JTI: usize = 1_024;
/// How far the client's clock may be ahead.
const SKEW: Duration = Duration::from_secs(60);
/// How much later than allowed an assertion may end because of that.
const DRIFT: Duration = Duration::from_secs(10);

/// What an assertion is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The client that it must speak of.
    pub client_id: &'a str,
    /// See [`Profile`]: it decides about audience and lifetime.
    pub profile: Profile,
    /// The issuer.
    pub issuer: &'a str,
    /// The URLs of the token endpoint and of the endpoint that was called.
    pub endpoints: &'a [String],
    /// The present.
    pub now: Timestamp,
}

/// An assertion that is good once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Once {
    /// Names the `jti` of this client: what must not be seen again.
    pub key: TokenHash,
    /// How long it must be remembered.
    pub remember: Duration,
}

/// Which client an assertion claims to be of; RFC 7523 §3: the subject "MUST be the client_id". Not believed yet.
pub fn claimed_client(claims: &Map<String, Value>) -> Option<&str> {
    claims.get("sub").and_then(Value::as_str).filter(|sub| !sub.is_empty())
}

/// RFC 7523 §3, with what each profile makes of it.
///
/// # Errors
/// The claim that is not as it must be.
pub fn check(claims: &Map<String, Value>, expect: &Expect<'_>) -> Result<Once, &'static str> {
    for name in ["iss", "sub"] {
        if claims.get(name).and_then(Value::as_str) != Some(expect.client_id) {
            return Err("iss and sub are not both the client's id");
        }
    }
    check_audience(claims.get("aud"), expect)?;
    let expires = check_times(claims, expect)?;
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| !jti.is_empty() && jti.len() <= MAX_JTI).ok_or("jti")?;
    let key = TokenHash::of(&format!("{}\n{jti}", expect.client_id));
    Ok(Once { key, remember: expect.now.until(expires) + SKEW })
}

/// RFC 7523 §3 (3): the server itself. FAPI 2.0 §5.3.2.1 (7): "shall only accept its issuer identifier value … as a string"; elsewhere the
/// URL of the token endpoint (OIDC Core §9) or of the endpoint that was called (RFC 9126 §2, CIBA §7.1) will do, and so will an array of
/// nothing but these.
fn check_audience(audience: Option<&Value>, expect: &Expect<'_>) -> Result<(), &'static str> {
    let is_us = |text: &str| text == expect.issuer || (expect.profile != Profile::Fapi2 && expect.endpoints.iter().any(|url| url == text));
    let fits = match audience {
        Some(Value::String(only)) => is_us(only),
        Some(Value::Array(several)) if expect.profile != Profile::Fapi2 => {
            !several.is_empty() && several.iter().all(|one| one.as_str().is_some_and(is_us))
        }
        _ => false,
    };
    if fits { Ok(()) } else { Err("aud") }
}

/// RFC 7523 §3 (4) to (6): `exp` is required, and not far ahead; `nbf` and `iat` may be a little ahead of our clock.
fn check_times(claims: &Map<String, Value>, expect: &Expect<'_>) -> Result<Timestamp, &'static str> {
    let longest = match expect.profile {
        Profile::Fapi1 | Profile::Fapi2 => Duration::from_secs(5 * 60),
        Profile::Oauth21 | Profile::Legacy => Duration::from_secs(60 * 60),
    };
    let time = |name: &'static str| match claims.get(name) {
        None => Ok(None),
        Some(value) => numeric_date::parse(value).map(Some).ok_or(name),
    };
    let expires = time("exp")?.ok_or("exp")?;
    if expires <= expect.now {
        return Err("exp: the assertion has expired");
    }
    if expires > expect.now + longest + DRIFT {
        return Err("exp: it lies too far ahead");
    }
    for (name, moment) in [("nbf", time("nbf")?), ("iat", time("iat")?)] {
        if moment.is_some_and(|moment| moment > expect.now + SKEW) {
            return Err(name);
        }
    }
    Ok(expires)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://id.example";

    fn checked(profile: Profile, change: &Value) -> Result<Once, &'static str> {
        let mut claims = json!({ "iss": "c", "sub": "c", "aud": ISSUER, "exp": NOW + 60, "jti": "a", "iat": NOW });
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let endpoints = ["https://id.example/oauth2/token".to_owned(), "https://id.example/oauth2/par".to_owned()];
        let now = Timestamp::from_seconds(NOW);
        check(claims.as_object().unwrap(), &Expect { client_id: "c", profile, issuer: ISSUER, endpoints: &endpoints, now })
    }

    fn fits(profile: Profile, change: Value) -> bool {
        checked(profile, &change).is_ok()
    }

    #[test]
    fn it_speaks_of_the_client_and_has_a_name_and_an_end() {
        assert!(fits(Profile::Oauth21, json!({})) && fits(Profile::Oauth21, json!({ "iat": null, "nbf": NOW })));
        for change in [
            json!({ "iss": "d" }),
            json!({ "sub": "d" }),
            json!({ "sub": null }),
            json!({ "iss": null }),
            json!({ "iss": ["c"] }),
            json!({ "jti": null }),
            json!({ "jti": "" }),
            json!({ "jti": 1 }),
            json!({ "jti": "x".repeat(1_025) }),
            json!({ "exp": null }),
            json!({ "exp": "1800000060" }),
            json!({ "exp": 1e300 }),
            json!({ "exp": i64::MAX }),
            json!({ "exp": i64::MIN }),
            json!({ "exp": NOW }),
            json!({ "exp": NOW - 300 }),
            json!({ "iat": "now" }),
            json!({ "nbf": [] }),
        ] {
            assert!(!fits(Profile::Oauth21, change.clone()), "{change}");
        }
    }

    #[test]
    fn the_audience_is_what_the_profile_says() {
        let token = "https://id.example/oauth2/token";
        for aud in [json!(ISSUER), json!(token), json!("https://id.example/oauth2/par"), json!([ISSUER]), json!([token, ISSUER])] {
            for profile in [Profile::Oauth21, Profile::Legacy, Profile::Fapi1] {
                assert!(fits(profile, json!({ "aud": aud })), "{profile:?} {aud}");
            }
            assert_eq!(fits(Profile::Fapi2, json!({ "aud": aud })), aud == json!(ISSUER), "{aud}");
        }
        for aud in [
            json!(null),
            json!([]),
            json!("https://id.example/"),
            json!("https://evil.example"),
            json!([ISSUER, "https://evil.example"]),
            json!("https://id.example/oauth2/revoke"),
            json!(1),
        ] {
            assert!(!fits(Profile::Oauth21, json!({ "aud": aud })) && !fits(Profile::Fapi2, json!({ "aud": aud })), "{aud}");
        }
    }

    #[test]
    fn times_may_be_a_little_ahead_and_not_far() {
        for (profile, longest) in [(Profile::Oauth21, 3_600), (Profile::Legacy, 3_600), (Profile::Fapi1, 300), (Profile::Fapi2, 300)] {
            assert!(fits(profile, json!({ "exp": NOW + longest })) && !fits(profile, json!({ "exp": NOW + longest + 61 })), "{profile:?}");
            for name in ["nbf", "iat"] {
                assert!(fits(profile, json!({ name: NOW + 8 })) && !fits(profile, json!({ name: NOW + 61 })), "{profile:?} {name}");
            }
        }
        assert!(fits(Profile::Oauth21, json!({ "exp": 1_800_000_060.5 })));
    }

    #[test]
    fn it_is_remembered_under_the_client_until_it_ends() {
        let once = checked(Profile::Oauth21, &json!({})).unwrap();
        assert_eq!(once, checked(Profile::Oauth21, &json!({ "iat": null })).unwrap());
        assert_ne!(once.key, checked(Profile::Oauth21, &json!({ "jti": "b" })).unwrap().key);
        assert!(once.remember >= Duration::from_secs(60));
    }
}
