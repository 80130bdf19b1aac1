//! The answer of the token endpoint: RFC 6749 §5.1, OIDC Core §3.1.3.3.

use serde::Serialize;
use serde_json::Value;

use super::AccessToken;
use crate::secret::Secret;

/// A successful answer: RFC 6749 §5.1, OIDC Core §3.1.3.3.
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    access_token: Secret<String>,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Secret<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<Secret<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<Value>,
}

impl TokenResponse {
    /// An answer with an access token alone, for what was asked. It says what the token is good for, also when nothing is left (RFC 6749 §5.1),
    /// and what of the details is in it (RFC 9396 §7).
    pub fn new(access_token: AccessToken, asked: &[String]) -> Self {
        Self {
            access_token: access_token.text,
            token_type: access_token.token_type,
            expires_in: access_token.lifetime.as_secs(),
            refresh_token: None,
            id_token: None,
            issued_token_type: None,
            scope: (!asked.is_empty()).then_some(access_token.scope),
            authorization_details: access_token.authorization_details,
        }
    }

    /// Adds a refresh token, if there is one.
    #[must_use]
    pub fn with_refresh_token(mut self, token: Option<Secret<String>>) -> Self {
        self.refresh_token = token;
        self
    }

    /// Says what kind of token came of an exchange: RFC 8693 §2.2.1.
    #[must_use]
    pub const fn with_issued_token_type(mut self, name: &'static str) -> Self {
        self.issued_token_type = Some(name);
        self
    }

    /// Adds an ID Token, if there is one.
    #[must_use]
    pub fn with_id_token(mut self, token: Option<Secret<String>>) -> Self {
        self.id_token = token;
        self
    }
}
