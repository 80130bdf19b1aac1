//! Proof Key for Code Exchange: RFC 7636 §4, RFC 9700 §2.1.1 and §4.8.2. Only S256; `plain` is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::plain_text::is_unreserved;

/// `code_challenge_methods_supported`.
pub const METHODS: &[&str] = &["S256"];

/// An S256 code challenge of the right form: 43 base64url characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// RFC 7636 §4.4.1: reads the challenge of an authorization request.
    ///
    /// # Errors
    /// `invalid_request` when it is required and missing, malformed, or by another method: "plain" is also what a missing method means (§4.3).
    pub fn check(params: &Params, required: bool) -> Result<Option<Self>, Refusal> {
        let invalid = |sentence, parameter| Refusal::from(OAuthError::invalid_request(sentence).about(parameter));
        let method = params.get("code_challenge_method");
        let Some(challenge) = params.get("code_challenge") else {
            return match (required, method) {
                (false, None) => Ok(None),
                (false, Some(_)) => Err(invalid("A code challenge method without a code challenge.", "code_challenge")),
                (true, _) => Err(invalid("This client must use PKCE: a code challenge is required.", "code_challenge")),
            };
        };
        if method != Some("S256") {
            return Err(invalid("The code challenge method must be S256.", "code_challenge_method"));
        }
        if challenge.len() != 43 || !challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(invalid("The code challenge is not the base64url form of a SHA-256 hash.", "code_challenge"));
        }
        Ok(Some(Self(challenge.to_owned())))
    }

    /// The challenge as it is stored with the code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 7636 §4.2: the S256 challenge of a verifier.
pub fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// What every other refusal of a code says too: whoever has found a code of a public client does not learn that it is a live one.
const UNFIT: &str = "The authorization code is not valid for this request.";

/// RFC 7636 §4.6: compares the stored challenge with the verifier of a token request, in constant time.
///
/// # Errors
/// `invalid_grant` unless both are absent or both are there and match. RFC 9700 §4.8.2: a verifier for a code that had no challenge is a downgrade.
pub fn verify(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Refusal> {
    let refuse = |detail| Err(OAuthError::invalid_grant(UNFIT).about("code_verifier").because(detail));
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(_), None) => refuse("the code has a challenge, the token request no verifier"),
        (None, Some(_)) => refuse("the token request has a verifier, the code no challenge"),
        (Some(_), Some(verifier)) if !is_verifier(verifier) => refuse("the verifier is not 43 to 128 unreserved characters"),
        (Some(challenge), Some(verifier)) => {
            if challenge_of(verifier).as_bytes().ct_eq(challenge.as_bytes()).into() {
                Ok(())
            } else {
                refuse("the verifier's hash is not the challenge")
            }
        }
    }
}

/// RFC 7636 §4.1: `code-verifier = 43*128unreserved`.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;

    // RFC 7636 Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_appendix_b_verifies() {
        assert_eq!(challenge_of(VERIFIER), CHALLENGE);
        assert!(verify(Some(CHALLENGE), Some(VERIFIER)).is_ok());
        assert!(verify(None, None).is_ok());
    }

    #[test]
    fn whatever_does_not_fit_is_an_invalid_grant() {
        let other = VERIFIER.replace('d', "e");
        let (short, long) = ("a".repeat(42), "a".repeat(129));
        let cases =
            [(Some(CHALLENGE), None), (None, Some(VERIFIER)), (Some(CHALLENGE), Some(other.as_str())), (Some(CHALLENGE), Some(CHALLENGE))];
        for (challenge, verifier) in cases {
            assert_eq!(verify(challenge, verifier).unwrap_err().error.error, ErrorCode::InvalidGrant, "{challenge:?} {verifier:?}");
        }
        for verifier in [short.as_str(), long.as_str(), &format!("{}+", "a".repeat(43)), &format!("{}é", "a".repeat(43))] {
            assert!(verify(Some(&challenge_of(verifier)), Some(verifier)).is_err(), "{verifier}");
        }
        let longest = "a".repeat(128);
        assert!(verify(Some(&challenge_of(&longest)), Some(&longest)).is_ok());
    }

    #[test]
    fn a_challenge_is_s256_or_refused() {
        let check = |pairs: &[(&str, &str)], required| CodeChallenge::check(&Params::from_pairs(pairs.iter().copied()), required);
        let s256 = ("code_challenge_method", "S256");
        assert_eq!(check(&[("code_challenge", CHALLENGE), s256], true).unwrap().unwrap().as_str(), CHALLENGE);
        assert_eq!(check(&[], false).unwrap(), None);
        for pairs in [
            &[("code_challenge", CHALLENGE)][..],
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")],
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "s256")],
            &[("code_challenge", &CHALLENGE[1..]), s256],
            &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), s256],
            &[s256],
        ] {
            assert_eq!(check(pairs, false).unwrap_err().error.error, ErrorCode::InvalidRequest, "{pairs:?}");
        }
        assert_eq!(check(&[], true).unwrap_err().error.about, Some("code_challenge"));
    }
}
