//! The checks of an ID token: OpenID Connect Core §3.1.3.7.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse};
use openidconnect::{AccessTokenHash, Nonce, OAuth2TokenResponse as _, TokenResponse as _};
use serde_json::{Map, Value};

use super::failures::{verification, wrong};
use super::party::Party;
use super::steps::Steps;
use crate::cli::output::CliError;
use crate::clock::{Clock as _, Timestamp};

const CLAUSE: &str = "OpenID Connect Core §3.1.3.7";

/// How far the provider's clock may be ahead of or behind ours, in seconds.
const SKEW: i64 = 60;

/// Signatures that prove who signed: no shared secrets, no `none`.
pub const ALGORITHMS: &[CoreJwsSigningAlgorithm] = &[
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What the ID token must say besides being this provider's for this client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expected<'a> {
    /// The nonce of the request; none was sent with a refresh.
    pub nonce: Option<&'a str>,
    /// How old the sign-in may be, in seconds.
    pub max_age: Option<u64>,
    /// The subject that is known already (OpenID Connect Core §12.2).
    pub subject: Option<&'a str>,
}

/// Verifies the ID token of a token response, and gives its claims as they were sent. `None`: no ID token came.
///
/// # Errors
/// When any check fails; the message says which.
pub fn verify(
    party: &Party,
    response: &CoreTokenResponse,
    expected: Expected<'_>,
    steps: &mut Steps,
) -> Result<Option<Map<String, Value>>, CliError> {
    let Some(token) = response.id_token() else { return Ok(None) };
    let now = party.clock.now();
    let verifier = party
        .client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS.iter().cloned())
        .set_time_fn(move || chrono::DateTime::from_timestamp_micros(now.as_micros()).unwrap_or_default());
    let claims = match expected.nonce {
        Some(nonce) => token.claims(&verifier, &Nonce::new(nonce.to_owned())),
        None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
    };
    let claims = claims.map_err(|error| wrong(format!("The ID token is not to be believed: {}.", verification(&error)), CLAUSE))?;
    let bound = check_hash(token, &verifier, claims.access_token_hash(), response)?;
    let claims = payload(token).ok_or_else(|| wrong("The ID token's claims cannot be read.", "RFC 7519 §7.2"))?;
    check(&claims, party.client.client_id(), &expected, now)?;
    let algorithm = token.signing_alg().ok().and_then(|algorithm| serde_json::to_value(algorithm).ok());
    let algorithm = algorithm.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let nonce = if expected.nonce.is_some() { ", nonce" } else { "" };
    let hash = if bound { ", at_hash" } else { "" };
    steps.say(
        "id_token",
        &format!("{algorithm} signature, iss, aud, exp{nonce}{hash} are right; sub {}", text(&claims, "sub").unwrap_or_default()),
    );
    Ok(Some(claims))
}

/// OpenID Connect Core §3.1.3.8: an `at_hash` that is there must fit. Says whether it is.
fn check_hash(
    token: &CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
    hash: Option<&AccessTokenHash>,
    response: &CoreTokenResponse,
) -> Result<bool, CliError> {
    let Some(hash) = hash else { return Ok(false) };
    let failed = |why: String| wrong(format!("The ID token's at_hash cannot be checked: {why}."), "OpenID Connect Core §3.1.3.8");
    let algorithm = token.signing_alg().map_err(|error| failed(error.to_string()))?;
    let key = token.signing_key(verifier).map_err(|error| failed(error.to_string()))?;
    let fitting = AccessTokenHash::from_token(response.access_token(), algorithm, key).map_err(|error| failed(error.to_string()))?;
    if fitting == *hash {
        Ok(true)
    } else {
        Err(wrong("The ID token's at_hash belongs to another access token.", "OpenID Connect Core §3.1.3.8"))
    }
}

/// The rules that the library leaves to its caller.
fn check(claims: &Map<String, Value>, client_id: &str, expected: &Expected<'_>, now: Timestamp) -> Result<(), CliError> {
    if let Some(party) = text(claims, "azp").filter(|party| *party != client_id) {
        return Err(wrong(format!("The ID token is for another client (azp {party})."), CLAUSE));
    }
    let issued = claims.get("iat").and_then(Value::as_f64).unwrap_or_default();
    if issued > seconds(now.as_seconds() + SKEW) {
        return Err(wrong("The ID token comes from the future: compare the two clocks.", CLAUSE));
    }
    if let Some(subject) = expected.subject.filter(|subject| text(claims, "sub") != Some(subject)) {
        return Err(wrong(format!("The new ID token is about somebody else than {subject}."), "OpenID Connect Core §12.2"));
    }
    if let Some(max_age) = expected.max_age {
        let latest = now.as_seconds().saturating_sub(i64::try_from(max_age).unwrap_or(i64::MAX)).saturating_sub(SKEW);
        match claims.get("auth_time").and_then(Value::as_f64) {
            None => return Err(wrong("The ID token has no auth_time, though --max-age was sent.", "OpenID Connect Core §2")),
            Some(time) if time < seconds(latest) => {
                return Err(wrong("The sign-in is older than --max-age allows.", "OpenID Connect Core §3.1.2.1"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit into the 53 bits for the next 285 million years")]
fn seconds(seconds: i64) -> f64 {
    seconds as f64
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// The claims as they were sent, of a token whose signature is known to be right.
fn payload(token: &CoreIdToken) -> Option<Map<String, Value>> {
    let token = token.to_string();
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(claims: Value, expected: Expected<'_>) -> Option<String> {
        check(claims.as_object().unwrap(), "demo", &expected, Timestamp::from_seconds(1_000_000)).err().map(|error| error.message)
    }

    #[test]
    fn an_id_token_for_another_client_or_from_the_future_is_refused() {
        assert_eq!(refusal(json!({"iat": 1_000_059, "azp": "demo"}), Expected::default()), None);
        assert!(refusal(json!({"iat": 1_000_000, "azp": "other"}), Expected::default()).unwrap().contains("azp other"));
        assert!(refusal(json!({"iat": 1_000_061}), Expected::default()).unwrap().contains("future"));
    }

    #[test]
    fn a_refreshed_id_token_is_about_the_same_person() {
        let expected = Expected { subject: Some("ada"), ..Expected::default() };
        assert_eq!(refusal(json!({"iat": 1, "sub": "ada"}), expected), None);
        assert!(refusal(json!({"iat": 1, "sub": "bob"}), expected).is_some() && refusal(json!({"iat": 1}), expected).is_some());
    }

    #[test]
    fn max_age_demands_a_recent_auth_time() {
        let expected = Expected { max_age: Some(100), ..Expected::default() };
        assert_eq!(refusal(json!({"iat": 1, "auth_time": 999_840}), expected), None);
        assert!(refusal(json!({"iat": 1, "auth_time": 999_839}), expected).unwrap().contains("older"));
        assert!(refusal(json!({"iat": 1}), expected).unwrap().contains("no auth_time"));
    }
}
