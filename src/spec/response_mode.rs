//! How an authorization response travels: OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post Response Mode, RFC 6749 §4.1.2.

use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::response_type::ResponseType;

/// A response mode that authy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    Query,
    /// In its fragment.
    Fragment,
    /// In the body of a POST to it.
    FormPost,
}

impl ResponseMode {
    /// The modes that discovery names.
    pub const SUPPORTED: &'static [&'static str] = &["query", "fragment", "form_post"];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// The mode that is spelled `text`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }

    /// The mode of a request, for which the response type has a default.
    ///
    /// # Errors
    /// `invalid_request` for a mode that authy does not speak, and for tokens in the query, which Multiple Response Types §3 forbids.
    pub fn check(params: &Params, response_type: ResponseType) -> Result<Self, Refusal> {
        let Some(text) = params.get("response_mode") else { return Ok(response_type.default_mode()) };
        let mode = Self::parse(text).ok_or_else(|| {
            OAuthError::invalid_request("The response mode is not supported; query, fragment and form_post are.").about("response_mode")
        })?;
        if mode == Self::Query && response_type.default_mode() == Self::Fragment {
            return Err(OAuthError::invalid_request("This response type must not be answered in the query.").about("response_mode").into());
        }
        Ok(mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_for_code_is_the_query() {
        assert_eq!(ResponseMode::check(&Params::default(), ResponseType::Code).unwrap(), ResponseMode::Query);
        assert_eq!(ResponseMode::check(&Params::default(), ResponseType::CodeIdToken).unwrap(), ResponseMode::Fragment);
    }

    #[test]
    fn a_mode_is_taken_by_its_exact_name() {
        for name in ResponseMode::SUPPORTED {
            let mode = ResponseMode::check(&Params::from_pairs([("response_mode", *name)]), ResponseType::Code).unwrap();
            assert_eq!(mode.as_str(), *name);
        }
        for name in ["jwt", "FORM_POST", "web_message", "query "] {
            let refusal = ResponseMode::check(&Params::from_pairs([("response_mode", name)]), ResponseType::Code).unwrap_err();
            assert_eq!(refusal.error.about, Some("response_mode"), "{name}");
        }
    }

    #[test]
    fn tokens_never_travel_in_the_query() {
        assert!(ResponseMode::check(&Params::from_pairs([("response_mode", "query")]), ResponseType::Token).is_err());
    }
}
