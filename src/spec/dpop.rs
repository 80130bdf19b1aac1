//! Demonstrating proof of possession: RFC 9449. What a proof must say; its signature is verified elsewhere.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::clock::Timestamp;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::plain_text::is_unreserved;

/// How old a proof may be: RFC 9449 §11.1 asks for a window of seconds or minutes.
pub const MAX_AGE: Duration = Duration::from_secs(120);
/// How far ahead the clock of its maker may be.
pub const MAX_AHEAD: Duration = Duration::from_secs(60);

/// The request that a proof must be made for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The URLs of the endpoint, as discovery names them.
    pub urls: &'a [String],
    /// The access token that comes along, at a resource.
    pub access_token: Option<&'a str>,
    /// The moment.
    pub now: Timestamp,
}

/// What is left to be done with a proof that says the right things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// `jti`, which must not have been seen before.
    pub jti: String,
    /// Until when the proof would be believed, and so how long `jti` is kept.
    pub believed_for: Duration,
    /// The `nonce`, if the client has one from us.
    pub nonce: Option<String>,
}

/// The one sentence for every refusal.
pub const fn invalid_proof() -> OAuthError {
    OAuthError::invalid_dpop_proof("The DPoP proof is not valid for this request.")
}

/// RFC 9449 §4.3 item 4: the type keeps proofs and other tokens apart.
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn check_type(header: &Map<String, Value>) -> Result<(), Refusal> {
    if header.get("typ").and_then(Value::as_str) == Some("dpop+jwt") {
        return Ok(());
    }
    Err(invalid_proof().because("the typ of the proof is not dpop+jwt"))
}

/// RFC 9449 §4.3 items 3 and 8 to 12, a rule a line.
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn check(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<Said, Refusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let jti = text("jti").filter(|jti| !jti.is_empty()).ok_or_else(|| invalid_proof().because("the proof has no jti"))?;
    if text("htm") != Some(expected.method) {
        return Err(invalid_proof().because("the htm of the proof is another method"));
    }
    if !text("htu").is_some_and(|htu| names_one_of(htu, expected.urls)) {
        return Err(invalid_proof().because("the htu of the proof is another URL"));
    }
    let issued_at = claims.get("iat").and_then(moment).ok_or_else(|| invalid_proof().because("the proof has no iat"))?;
    if issued_at > expected.now + MAX_AHEAD || expected.now > issued_at + MAX_AGE {
        return Err(invalid_proof().because("the iat of the proof is not near the present"));
    }
    if let Some(token) = expected.access_token
        && text("ath") != Some(hash(token).as_str())
    {
        return Err(invalid_proof().because("the ath of the proof is of another access token"));
    }
    let nonce = match claims.get("nonce") {
        None => None,
        Some(nonce) => Some(nonce.as_str().ok_or_else(|| invalid_proof().because("the nonce of the proof is not a string"))?.to_owned()),
    };
    Ok(Said { jti: jti.to_owned(), believed_for: (issued_at + MAX_AGE).since(expected.now) + Duration::from_secs(1), nonce })
}

/// A NumericDate may have a fraction: RFC 7519 §2.
fn moment(value: &Value) -> Option<Timestamp> {
    let whole = value.as_i64().or_else(|| {
        let seconds = value.as_f64().filter(|seconds| (0.0..4e9).contains(seconds))?;
        format!("{seconds:.0}").parse().ok()
    });
    whole.filter(|seconds| (0..4_000_000_000).contains(seconds)).map(Timestamp::from_seconds)
}

/// RFC 9449 §4.2: base64url of the SHA-256 of the token.
pub fn hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(access_token))
}

/// RFC 9449 §4.3 item 9: "ignoring any query and fragment parts", after the normalization of RFC 3986 §6.2.2 and §6.2.3.
fn names_one_of(htu: &str, urls: &[String]) -> bool {
    let normal = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(plain(url.as_str()))
    };
    let Some(named) = normal(htu) else { return false };
    urls.iter().any(|url| normal(url).as_ref() == Some(&named))
}

/// RFC 3986 §6.2.2.2: what need not be encoded is not; §6.2.2.1: what is, is in capitals.
fn plain(url: &str) -> String {
    let mut parts = url.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if is_unreserved(byte) => plain.push(char::from(byte)),
            Some(byte) => plain.push_str(&format!("%{byte:02X}")),
            None => {
                plain.push('%');
                plain.push_str(part);
                continue;
            }
        }
        plain.push_str(part.get(2..).unwrap_or_default());
    }
    plain
}

/// RFC 9449 §7.1: the challenge of a resource. A request that brought no token gets no error code.
pub fn www_authenticate(algorithms: &[&str], error: Option<&OAuthError>) -> String {
    let mut challenge = format!("DPoP algs=\"{}\"", algorithms.join(" "));
    if let Some(error) = error {
        challenge.push_str(&format!(", error=\"{}\", error_description=\"{}\"", error.error, error.description));
    }
    challenge
}

/// RFC 9449 §10: the key that the code of this request is to be bound to.
///
/// # Errors
/// `invalid_request` when it is no SHA-256 thumbprint.
pub fn requested_key(params: &Params) -> Result<Option<String>, Refusal> {
    let Some(thumbprint) = params.get("dpop_jkt") else { return Ok(None) };
    if URL_SAFE_NO_PAD.decode(thumbprint).is_ok_and(|bytes| bytes.len() == 32) {
        return Ok(Some(thumbprint.to_owned()));
    }
    Err(OAuthError::invalid_request("The dpop_jkt is not a SHA-256 thumbprint.").about("dpop_jkt").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_seconds(1_562_262_616);

    fn said(change: Value) -> Result<Said, Refusal> {
        // RFC 9449 §4.2, with the hash of §7.1.
        let mut claims = json!({
            "jti": "-BwC3ESc6acc2lTc", "htm": "POST", "htu": "https://server.example.com/token", "iat": 1_562_262_616,
            "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo",
        });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let urls = ["https://server.example.com/token".to_owned(), "https://mtls.example.com/token".to_owned()];
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        check(claims.as_object().unwrap(), Expected { method: "POST", urls: &urls, access_token: Some(token), now: NOW })
    }

    #[test]
    fn an_address_is_the_same_whatever_of_it_is_encoded_in_vain() {
        let ours = ["https://id.example/oauth2/token".to_owned(), "https://id.example/a%2Fb".to_owned()];
        for same in ["https://id.example/oauth2/%74oken", "HTTPS://ID.example:443/x/../oauth2/token?a#b", "https://id.example/a%2fb"] {
            assert!(names_one_of(same, &ours), "{same}");
        }
        for other in [
            "https://id.example/a/b",
            "https://id.example/oauth2%2Ftoken",
            "https://id.example/oauth2/token%",
            "https://id.example/oauth2/token%é",
        ] {
            assert!(!names_one_of(other, &ours), "{other}");
        }
    }

    #[test]
    fn the_proof_of_the_rfc_is_good() {
        let good = said(json!({})).unwrap();
        assert_eq!((good.jti.as_str(), good.nonce), ("-BwC3ESc6acc2lTc", None));
        assert_eq!(said(json!({"nonce": "n", "exp": 1, "nbf": 9_999_999_999_i64})).unwrap().nonce.as_deref(), Some("n"));
    }

    #[test]
    fn the_url_is_compared_in_its_normal_form_and_without_its_query() {
        for htu in ["HTTPS://SERVER.example.com:443/token", "https://server.example.com/a/../token?x=1#y", "https://mtls.example.com/token"]
        {
            assert!(said(json!({ "htu": htu })).is_ok(), "{htu}");
        }
        for htu in
            ["https://server.example.com/token/", "http://server.example.com/token", "https://server.example.com:444/token", "/token", ""]
        {
            assert!(said(json!({ "htu": htu })).is_err(), "{htu}");
        }
    }

    #[test]
    fn each_wrong_or_missing_member_is_refused() {
        let wrong = [
            json!({"jti": ""}),
            json!({"jti": 7}),
            json!({"jti": null}),
            json!({"htm": "GET"}),
            json!({"htm": "post"}),
            json!({"htu": null}),
            json!({"iat": null}),
            json!({"iat": "1562262616"}),
            json!({"iat": 1e300}),
            json!({"iat": -1}),
            json!({"iat": NOW.as_seconds() - 121}),
            json!({"iat": NOW.as_seconds() + 61}),
            json!({"ath": "x"}),
            json!({"ath": null}),
            json!({"nonce": 1}),
        ];
        for change in wrong {
            assert_eq!(said(change.clone()).unwrap_err().error.error, ErrorCode::InvalidDpopProof, "{change}");
        }
        for seconds in [-10, 10, -120, 60] {
            assert!(said(json!({"iat": NOW.as_seconds() + seconds})).is_ok(), "{seconds}");
        }
        assert!(said(json!({"iat": 1_562_262_616.5})).is_ok());
    }

    #[test]
    fn a_proof_has_its_own_type() {
        let typ = |typ: Value| check_type(json!({ "typ": typ }).as_object().unwrap());
        assert!(typ(json!("dpop+jwt")).is_ok());
        for other in [json!("JWT"), json!("at+jwt"), json!(null), json!(["dpop+jwt"])] {
            assert!(typ(other).is_err());
        }
    }

    #[test]
    fn dpop_jkt_is_a_thumbprint() {
        let asked = |value: &str| requested_key(&Params::from_pairs([("dpop_jkt", value)]));
        assert!(asked("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs").unwrap().is_some());
        assert!(asked("short").is_err());
        assert_eq!(requested_key(&Params::default()).unwrap(), None);
    }
}
