//! What a provider refused or got wrong, in words and with a mend.

use std::fmt::Display;

use openidconnect::{ClaimsVerificationError, DiscoveryError, ErrorResponseType, RequestTokenError, StandardErrorResponse};

use super::transport::TransportError;
use crate::cli::output::CliError;

/// The most of a foreign text that is shown, in characters.
const MOST: usize = 500;

/// A foreign text on one line: nothing in it can move a terminal's cursor.
pub fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// The same, not longer than a message should be.
pub fn clean(text: &str) -> String {
    printable(&text.chars().take(MOST).collect::<String>())
}

/// The provider answered what a specification forbids.
pub fn wrong(message: impl Display, clause: &str) -> CliError {
    let mend = format!("The provider is at fault (or somebody between it and you): see {clause}.");
    CliError::new("wrong_answer", clean(&message.to_string()), mend)
}

/// The provider said no: its code, its sentence, its page.
pub fn refused(place: &str, code: &str, description: Option<&str>, uri: Option<&str>) -> CliError {
    let description = description.map(|text| format!(": {text}")).unwrap_or_default();
    let more = uri.map(|uri| format!(" More: {uri}")).unwrap_or_default();
    CliError::new(&clean(code), clean(&format!("{place} refused: {code}{description}")), clean(&format!("{}{more}", mend(code))))
}

/// The provider takes no sign-in for now.
pub fn busy(notice: &str) -> CliError {
    let message = format!("The provider takes no sign-in for now: {notice}");
    CliError::new("temporarily_unavailable", clean(&message), mend("temporarily_unavailable"))
}

/// No answer at all.
pub fn unreachable(error: &TransportError) -> CliError {
    let mend = match error {
        TransportError::Plain(_) => "Use the https address.",
        TransportError::Unreachable { reason, .. } if reason.contains("certificate") => {
            "Name the authority of the server's certificate with --ca-file; --insecure is for a server on this machine."
        }
        TransportError::Unreachable { .. } => "See that the server runs and that the issuer's host and port are right.",
        TransportError::TooLong(_) => "See that the issuer is right.",
        TransportError::Proof(_) => "Try another key: name a file with --dpop-key-file that is not there yet.",
    };
    CliError::new("unreachable", clean(&format!("{error}.")), mend)
}

/// Discovery failed.
pub fn discovery(error: &DiscoveryError<TransportError>, issuer: &str) -> CliError {
    let mend = "The issuer must be written exactly as the provider names itself, without anything behind it.";
    let failed = |why: String| CliError::new("discovery_failed", clean(&format!("Discovery at {issuer} failed: {why}.")), mend);
    match error {
        DiscoveryError::Request(error) => unreachable(error),
        DiscoveryError::Response(_, _, why) => failed(why.clone()),
        DiscoveryError::Parse(error) => failed(format!("the document is not provider metadata ({})", error.inner())),
        DiscoveryError::Validation(why) => failed(why.clone()),
        other => failed(other.to_string()),
    }
}

/// The token endpoint gave no tokens.
pub fn token<T>(error: &RequestTokenError<TransportError, StandardErrorResponse<T>>) -> CliError
where
    T: ErrorResponseType + AsRef<str> + Display + 'static,
{
    match error {
        RequestTokenError::ServerResponse(answer) => refused(
            "The token endpoint",
            answer.error().as_ref(),
            answer.error_description().map(String::as_str),
            answer.error_uri().map(String::as_str),
        ),
        RequestTokenError::Request(error) => unreachable(error),
        RequestTokenError::Parse(error, _) => {
            let why = format!("The token endpoint's answer cannot be read: {} at {:?}.", error.inner(), error.path().to_string());
            wrong(why, "RFC 6749 §5.1 and §5.2")
        }
        RequestTokenError::Other(why) => wrong(format!("The token endpoint's answer cannot be read: {why}."), "RFC 6749 §5.1 and §5.2"),
    }
}

/// Why claims were not believed, with the reason inside.
pub fn verification(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::SignatureVerification(inner) => format!("{error}: {inner}"),
        other => other.to_string(),
    }
}

/// What to do about a registered error code.
fn mend(code: &str) -> &'static str {
    match code {
        "invalid_client" => "Check the client id, its secret and --auth-method.",
        "unauthorized_client" | "unsupported_grant_type" => "Allow the client this grant type at the provider.",
        "invalid_grant" => "Start again: codes and refresh tokens work once, for a while, and for the client that got them.",
        "invalid_scope" => "Ask with --scope for what the client may have.",
        "invalid_target" => "Register the --resource at the provider, and allow it to the client.",
        "access_denied" => "The person or the provider said no.",
        "login_required" | "consent_required" | "interaction_required" | "account_selection_required" => {
            "Somebody has to be asked: leave out --prompt none."
        }
        "temporarily_unavailable" | "server_error" => "Try again later; the provider's log says more.",
        _ => "See the provider's documentation and log.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_the_code_and_cannot_write_to_the_terminal() {
        let error =
            refused("The token endpoint", "invalid_grant", Some("Used\u{1b}[2J\nbefore."), Some("https://id.example/errors/invalid_grant"));
        assert_eq!(error.error, "invalid_grant");
        assert_eq!(error.message, "The token endpoint refused: invalid_grant: Used\u{fffd}[2J\u{fffd}before.");
        assert!(error.mend.ends_with("More: https://id.example/errors/invalid_grant"), "{}", error.mend);
        assert_eq!(error.exit_code, 1);
    }
}
