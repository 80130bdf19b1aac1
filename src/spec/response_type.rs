//! What an authorization request asks for: OAuth 2.0 Multiple Response Types §3 and §5, RFC 6749 §3.1.1.

use crate::model::client::{Client, Profile};
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::grant_type::{AUTHORIZATION_CODE, IMPLICIT};
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
    pub const SUPPORTED: &'static [ResponseType] =
        &[Self::Code, Self::IdToken, Self::IdTokenToken, Self::CodeIdToken, Self::CodeToken, Self::CodeIdTokenToken];

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
            Self::Code | Self::None => ResponseMode::QUERY,
            _ => ResponseMode::FRAGMENT,
        }
    }

    /// Whether the answer holds a code.
    pub const fn gives_code(self) -> bool {
        matches!(self, Self::Code | Self::CodeIdToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether the answer holds an ID Token.
    pub const fn gives_id_token(self) -> bool {
        matches!(self, Self::IdToken | Self::IdTokenToken | Self::CodeIdToken | Self::CodeIdTokenToken)
    }

    /// Whether the answer holds an access token.
    pub const fn gives_access_token(self) -> bool {
        matches!(self, Self::Token | Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// The grant types that a client of that profile must have registered for it: OIDC Registration §2. A client of FAPI 1.0 registers no
    /// implicit grant for its detached signature.
    pub fn needed_grant_types(self, profile: Profile) -> impl Iterator<Item = &'static str> {
        let implicit = (self.gives_id_token() || self.gives_access_token()) && !matches!(profile, Profile::Fapi1);
        let both = [(AUTHORIZATION_CODE.name, self.gives_code()), (IMPLICIT.name, implicit)];
        both.into_iter().filter(|(_, needed)| *needed).map(|(name, _)| name)
    }

    /// Whether a client of that profile may have it. RFC 9700 §2.1.2 advises against tokens in the front channel; FAPI 1.0 Advanced §5.2.2
    /// uses the ID Token there as a detached signature.
    pub const fn is_open_to(self, profile: Profile) -> bool {
        match profile {
            Profile::Oauth21 | Profile::Fapi2 => matches!(self, Self::Code),
            Profile::Fapi1 => matches!(self, Self::Code | Self::CodeIdToken),
            Profile::Legacy => true,
        }
    }

    /// The response type of a request.
    ///
    /// # Errors
    /// RFC 6749 §4.1.2.1: `invalid_request` when it is missing, `unsupported_response_type` when authy does not answer it,
    /// `unauthorized_client` when the client did not register it, its profile forbids it, or a token would come that is not bound to a key
    /// although the client's tokens must be (RFC 9449 §5, RFC 8705 §3).
    pub fn check(params: &Params, client: &Client) -> Result<Self, Refusal> {
        let response_type = Self::parse(params.require("response_type")?)
            .filter(|known| known.is_supported())
            .ok_or(OAuthError::unsupported_response_type("The response type is not supported.").about("response_type"))?;
        let refuse = |detail: &'static str| {
            Err(OAuthError::unauthorized_client("The client may not use this response type.").about("response_type").because(detail))
        };
        let metadata = &client.metadata;
        let protocol = &metadata.protocol;
        if !metadata.response_types.iter().any(|registered| Self::parse(registered) == Some(response_type)) {
            return refuse("the client did not register the response type");
        }
        if !response_type.is_open_to(metadata.profile) {
            return refuse("the client's profile forbids the response type");
        }
        if response_type.needed_grant_types(metadata.profile).any(|needed| !client.may_use_grant_type(needed)) {
            return refuse("the client did not register the grant type that belongs to the response type");
        }
        if response_type.gives_access_token() && (protocol.dpop_bound_access_tokens || protocol.tls_client_certificate_bound_access_tokens)
        {
            return refuse("the client's access tokens are bound to a key, and nobody proves one at the authorization endpoint");
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
        assert_eq!(check("id_token", &client), Err(ErrorCode::UnauthorizedClient));
        assert_eq!(check("token", &client), Err(ErrorCode::UnsupportedResponseType));
        assert_eq!(check("bogus", &client), Err(ErrorCode::UnsupportedResponseType));
        client.metadata.response_types = ResponseType::SUPPORTED.iter().map(|known| known.as_str().to_owned()).collect();
        client.metadata.grant_types.push("implicit".to_owned());
        for (profile, open) in [(Profile::Oauth21, 1), (Profile::Fapi2, 1), (Profile::Fapi1, 2), (Profile::Legacy, 6)] {
            client.metadata.profile = profile;
            let answered = ResponseType::SUPPORTED.iter().filter(|known| check(known.as_str(), &client).is_ok()).count();
            assert_eq!(answered, open, "{profile:?}");
        }
        client.metadata.protocol.dpop_bound_access_tokens = true;
        assert_eq!(check("code token", &client), Err(ErrorCode::UnauthorizedClient));
        assert_eq!(check("code id_token", &client), Ok(ResponseType::CodeIdToken));
        client.metadata.grant_types.retain(|grant| grant != "implicit");
        assert_eq!(check("code id_token", &client), Err(ErrorCode::UnauthorizedClient));
        client.metadata.response_types.clear();
        assert_eq!(check("code", &client), Err(ErrorCode::UnauthorizedClient));
    }
}
