//! The authorization response: RFC 6749 §4.1.2, RFC 9207 §2.4.

use subtle::ConstantTimeEq as _;

use super::failures::{refused, wrong};
use crate::cli::output::CliError;
use crate::secret::Secret;
use crate::spec::params::Params;

/// What the answer must say.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The `state` that was sent.
    pub state: &'a str,
    /// Who was asked.
    pub issuer: &'a str,
    /// Whether the metadata promises `iss` (`authorization_response_iss_parameter_supported`).
    pub iss_promised: bool,
}

/// Takes the code out of an answer that is ours.
///
/// # Errors
/// When the answer belongs to another request or another provider, is a refusal, or holds no code.
pub fn check(answer: &Params, expected: &Expected<'_>) -> Result<Secret<String>, CliError> {
    check_state(answer, expected.state)?;
    check_issuer(answer, expected)?;
    if let Some(code) = answer.get("error") {
        return Err(refused("The provider", code, answer.get("error_description"), answer.get("error_uri")));
    }
    match answer.get("code") {
        Some(code) => Ok(code.into()),
        None => Err(wrong("The answer holds neither a code nor an error.", "RFC 6749 §4.1.2")),
    }
}

/// RFC 6749 §10.12: an answer without our state was not asked for by us.
fn check_state(answer: &Params, state: &str) -> Result<(), CliError> {
    match answer.get("state") {
        Some(given) if given.as_bytes().ct_eq(state.as_bytes()).into() => Ok(()),
        Some(_) => Err(wrong("The answer has another state than the request.", "RFC 6749 §10.12")),
        None => Err(wrong("The answer has no state.", "RFC 6749 §4.1.2")),
    }
}

/// RFC 9207 §2.4: "Clients MUST then compare the result to the issuer identifier of the authorization server", as text, and reject an answer without `iss` from a server that promises it.
fn check_issuer(answer: &Params, expected: &Expected<'_>) -> Result<(), CliError> {
    match answer.get("iss") {
        Some(iss) if iss == expected.issuer => Ok(()),
        Some(iss) => Err(wrong(format!("The answer comes from {iss}, not from {}.", expected.issuer), "RFC 9207 §2.4")),
        None if expected.iss_promised => Err(wrong("The answer has no iss, which the metadata promises.", "RFC 9207 §2.4")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: Expected<'static> = Expected { state: "s", issuer: "https://id.example", iss_promised: true };

    fn checked(encoded: &str, expected: &Expected<'_>) -> Result<Secret<String>, CliError> {
        check(&Params::parse(encoded).unwrap(), expected)
    }

    #[test]
    fn a_code_is_taken_from_our_own_answer() {
        assert_eq!(checked("code=c&state=s&iss=https://id.example", &EXPECTED).unwrap().expose(), "c");
        assert_eq!(checked("code=c&state=s", &Expected { iss_promised: false, ..EXPECTED }).unwrap().expose(), "c");
    }

    #[test]
    fn a_foreign_answer_is_refused_even_when_it_is_an_error() {
        for (encoded, word) in [
            ("code=c&iss=https://id.example", "no state"),
            ("code=c&state=t&iss=https://id.example", "another state"),
            ("error=access_denied&state=t&iss=https://id.example", "another state"),
            ("code=c&state=s", "no iss"),
            ("code=c&state=s&iss=https://evil.example", "https://evil.example"),
            ("error=access_denied&state=s&iss=https://id.example/", "not from"),
            ("state=s&iss=https://id.example", "neither"),
        ] {
            let error = checked(encoded, &EXPECTED).unwrap_err();
            assert!(error.error == "wrong_answer" && error.message.contains(word), "{encoded}: {error:?}");
        }
    }

    #[test]
    fn a_refusal_is_told_with_its_code_and_sentence() {
        let error = checked("error=access_denied&error_description=Not+today.&state=s&iss=https://id.example", &EXPECTED).unwrap_err();
        assert_eq!((error.error.as_str(), error.message.as_str()), ("access_denied", "The provider refused: access_denied: Not today."));
    }
}
