//! What an authorization request asks for: OAuth 2.0 Multiple Response Types §3 and §5, RFC 6749 §3.1.1.

use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::response_mode::ResponseMode;

/// Every registered combination. Only those in [`ResponseType::SUPPORTED`] are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseType {
    /// `code`
    Code,
    /// `token`
    Token,
    /// `id_token`
    IdToken,
    /// `id_token token`
    IdTokenToken,
    /// `code id_token`
    CodeIdToken,
    /// `code token`
    CodeToken,
    /// `code id_token token`
    CodeIdTokenToken,
    /// `none`
    None,
}

impl ResponseType {
    /// The response types that authy answers; discovery and registration read them here.
    pub const SUPPORTED: &'static [ResponseType] = &[Self::Code];

    const ALL: &'static [ResponseType] = &[
        Self::Code,
        Self::Token,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
        Self::None,
    ];

    /// The registered spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
            Self::None => "none",
        }
    }

    /// RFC 6749 §3.1.1: values between spaces, "where the order of values does not matter". `None` for what is not registered.
    pub fn parse(text: &str) -> Option<Self> {
        let mut asked: Vec<&str> = text.split(' ').collect();
        asked.sort_unstable();
        // The registered spellings are in alphabetical order already.
        Self::ALL.iter().copied().find(|known| known.as_str().split(' ').eq(asked.iter().copied()))
    }

    /// Whether authy answers it.
    pub fn is_supported(self) -> bool {
        Self::SUPPORTED.contains(&self)
    }

    /// Multiple Response Types §2.1 and §5: tokens default to the fragment, all else to the query.
    pub const fn default_mode(self) -> ResponseMode {
        match self {
            Self::Code | Self::None => ResponseMode::Query,
            _ => ResponseMode::Fragment,
        }
    }

    /// The response type of a request.
    ///
    /// # Errors
    /// RFC 6749 §4.1.2.1: `invalid_request` when it is missing, `unsupported_response_type` when authy does not answer it,
    /// `unauthorized_client` when the client did not register it.
    pub fn check(params: &Params, client: &Client) -> Result<Self, Refusal> {
        let response_type = Self::parse(params.require("response_type")?)
            .filter(|known| known.is_supported())
            .ok_or(OAuthError::unsupported_response_type("The response type is not supported; code is.").about("response_type"))?;
        if !client.metadata.response_types.iter().any(|registered| Self::parse(registered) == Some(response_type)) {
            return Err(OAuthError::unauthorized_client("The client may not use this response type.").about("response_type").into());
        }
        Ok(response_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;
    use crate::spec::testing::client;

    #[test]
    fn every_combination_is_known_in_any_order() {
        assert_eq!(ResponseType::parse("token code id_token"), Some(ResponseType::CodeIdTokenToken));
        assert_eq!(ResponseType::parse("id_token code"), Some(ResponseType::CodeIdToken));
        for known in ResponseType::ALL {
            assert_eq!(ResponseType::parse(known.as_str()), Some(*known));
        }
        for text in ["", "Code", "code code", "code  id_token", "code none", "password"] {
            assert_eq!(ResponseType::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn each_refusal_has_its_own_code() {
        let mut client = client();
        let check = |text: &str, client: &Client| {
            ResponseType::check(&Params::from_pairs([("response_type", text)]), client).map_err(|refusal| refusal.error.error)
        };
        assert_eq!(check("code", &client), Ok(ResponseType::Code));
        assert_eq!(check("", &client), Err(ErrorCode::InvalidRequest));
        assert_eq!(check("id_token", &client), Err(ErrorCode::UnsupportedResponseType));
        assert_eq!(check("bogus", &client), Err(ErrorCode::UnsupportedResponseType));
        client.metadata.response_types.clear();
        assert_eq!(check("code", &client), Err(ErrorCode::UnauthorizedClient));
    }
}
