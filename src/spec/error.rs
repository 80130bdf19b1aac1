//! Registered error codes and the two voices of a refusal: RFC 6749 §4.1.2.1 and §5.2, OIDC Core §3.1.2.6, and later registries.

use std::borrow::Cow;
use std::fmt;

use crate::spec::issuer::Issuer;

macro_rules! error_codes {
    ($($name:ident = $text:literal, $constructor:ident, $sentence:literal;)*) => {
        /// An error code from the IANA "OAuth Extensions Error" registry.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $(#[doc = $sentence] $name,)* }

        impl ErrorCode {
            /// Every code that authy can answer with: the error reference is made from it.
            pub const ALL: &'static [ErrorCode] = &[$(Self::$name,)*];

            /// The registered code as it goes on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// One plain sentence for a person who meets this code.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// The code that is spelled `text`.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }

        impl OAuthError {
            $(
                #[doc = $sentence]
                pub const fn $constructor(description: &'static str) -> Self {
                    Self { error: ErrorCode::$name, description, about: None }
                }
            )*
        }
    };
}

error_codes! {
    InvalidRequest = "invalid_request", invalid_request, "The request lacks a parameter, repeats one, or has one of a wrong form.";
    InvalidClient = "invalid_client", invalid_client, "The application could not prove who it is.";
    InvalidGrant = "invalid_grant", invalid_grant, "The code or token is unknown, expired, revoked, or was given to somebody else.";
    UnauthorizedClient = "unauthorized_client", unauthorized_client, "The application may not make this kind of request.";
    UnsupportedGrantType = "unsupported_grant_type", unsupported_grant_type, "This provider does not know that grant type.";
    InvalidScope = "invalid_scope", invalid_scope, "A scope that was asked for is unknown or not open to the application.";
    AccessDenied = "access_denied", access_denied, "The person or the provider said no.";
    UnsupportedResponseType = "unsupported_response_type", unsupported_response_type, "This provider or application does not use that response type.";
    ServerError = "server_error", server_error, "Something broke on our side.";
    TemporarilyUnavailable = "temporarily_unavailable", temporarily_unavailable, "The provider cannot answer right now; try again shortly.";
    InteractionRequired = "interaction_required", interaction_required, "A person has to do something first, and the request forbade showing a page.";
    LoginRequired = "login_required", login_required, "Nobody is signed in, and the request forbade asking.";
    AccountSelectionRequired = "account_selection_required", account_selection_required, "A person has to choose an account, and the request forbade asking.";
    ConsentRequired = "consent_required", consent_required, "A person has to agree first, and the request forbade asking.";
    InvalidRequestUri = "invalid_request_uri", invalid_request_uri, "The request_uri is unknown, expired, or gave an error.";
    InvalidRequestObject = "invalid_request_object", invalid_request_object, "The request object is not valid.";
    RequestNotSupported = "request_not_supported", request_not_supported, "The request parameter is not supported.";
    RequestUriNotSupported = "request_uri_not_supported", request_uri_not_supported, "The request_uri parameter is not supported.";
    RegistrationNotSupported = "registration_not_supported", registration_not_supported, "The registration parameter is not supported.";
    UnmetAuthenticationRequirements = "unmet_authentication_requirements", unmet_authentication_requirements, "The sign-in that was asked for cannot be given.";
    InvalidToken = "invalid_token", invalid_token, "The access token is expired, revoked, or not one of ours.";
    InsufficientScope = "insufficient_scope", insufficient_scope, "The access token does not carry the scope that this needs.";
    InvalidTarget = "invalid_target", invalid_target, "The resource that was asked for is unknown or not allowed.";
    InvalidDpopProof = "invalid_dpop_proof", invalid_dpop_proof, "The proof that the application holds its key is not valid.";
    UseDpopNonce = "use_dpop_nonce", use_dpop_nonce, "The proof that the application holds its key needs a nonce that this provider gives.";
    InvalidAuthorizationDetails = "invalid_authorization_details", invalid_authorization_details, "What was asked for in detail is malformed, unknown, or not open to the application.";
    UnsupportedTokenType = "unsupported_token_type", unsupported_token_type, "Tokens of this type cannot be revoked here.";
    AuthorizationPending = "authorization_pending", authorization_pending, "A person has not answered yet; the application asks again in a moment.";
    SlowDown = "slow_down", slow_down, "A person has not answered yet, and the application asks too often.";
    TransactionFailed = "transaction_failed", transaction_failed, "What somebody approved was lost before the application had it.";
    ExpiredToken = "expired_token", expired_token, "Nobody answered in time; the application has to start again.";
    UnknownUserId = "unknown_user_id", unknown_user_id, "The hint of the application names nobody who can be asked.";
    InvalidBindingMessage = "invalid_binding_message", invalid_binding_message, "The message that the person is to see cannot be shown.";
    InvalidRedirectUri = "invalid_redirect_uri", invalid_redirect_uri, "A redirect URI is not acceptable.";
    InvalidSoftwareStatement = "invalid_software_statement", invalid_software_statement, "The software statement is not valid.";
    UnapprovedSoftwareStatement = "unapproved_software_statement", unapproved_software_statement, "Nobody here trusts whoever signed the software statement.";
    InvalidClientMetadata = "invalid_client_metadata", invalid_client_metadata, "A member of the client's metadata is not acceptable.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The public voice: constant words only, so that a runtime value cannot leak, by type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The registered code.
    pub error: ErrorCode,
    /// One constant sentence of printable ASCII without `"` and `\` (RFC 6749 §5.2).
    pub description: &'static str,
    /// The parameter at fault.
    pub about: Option<&'static str>,
}

impl OAuthError {
    /// Names the parameter at fault.
    pub const fn about(mut self, parameter: &'static str) -> Self {
        self.about = Some(parameter);
        self
    }

    /// Adds the private reason, which only the log and `authy explain` show.
    pub fn because(self, detail: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { error: self, detail: detail.into() }
    }
}

/// RFC 6749 §4.1.2.1, §5.2: `error_uri`, the page of authy that explains a refusal.
pub fn error_uri(issuer: &Issuer, error: ErrorCode, error_id: &str) -> String {
    issuer.url(&format!("/errors/{error}?id={error_id}"))
}

/// A "no" with both voices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the client reads.
    pub error: OAuthError,
    /// What the log reads. Never a secret, token, code, password or e-mail address.
    pub detail: Cow<'static, str>,
}

impl Refusal {
    /// Adds to the private reason.
    #[must_use]
    pub fn with(self, more: impl fmt::Display) -> Self {
        Self { detail: format!("{}; {more}", self.detail).into(), ..self }
    }
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self { detail: Cow::Borrowed(error.description), error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_parses_back() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(*code));
        }
    }
}
