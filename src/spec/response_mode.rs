//! How an authorization response travels: OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post Response Mode, RFC 6749 §4.1.2,
//! and signed as one JWT: OAuth 2.0 JARM §2.3.

use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::response_type::ResponseType;

/// What carries an authorization response to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// The query of the redirect URI.
    Query,
    /// Its fragment.
    Fragment,
    /// The body of a POST to it.
    FormPost,
}

/// A response mode that authy speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResponseMode {
    /// What carries the response.
    pub carrier: Carrier,
    /// Whether it is one signed JWT: JARM §2.3.
    pub signed: bool,
}

impl ResponseMode {
    /// `query`
    pub const QUERY: Self = Self { carrier: Carrier::Query, signed: false };
    /// `fragment`
    pub const FRAGMENT: Self = Self { carrier: Carrier::Fragment, signed: false };
    /// `form_post`
    pub const FORM_POST: Self = Self { carrier: Carrier::FormPost, signed: false };

    /// The modes that discovery names.
    pub const SUPPORTED: &'static [&'static str] = &["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"];

    /// The mode that is spelled `text`; `jwt` is the default of the response type, signed (JARM §2.3.4).
    pub fn parse(text: &str, response_type: ResponseType) -> Option<Self> {
        if text == "jwt" {
            return Some(Self { signed: true, ..response_type.default_mode() });
        }
        let (name, signed) = text.strip_suffix(".jwt").map_or((text, false), |name| (name, true));
        let carrier = match name {
            "query" => Carrier::Query,
            "fragment" => Carrier::Fragment,
            "form_post" => Carrier::FormPost,
            _ => return None,
        };
        Some(Self { carrier, signed })
    }

    /// The mode of a request, for which the response type has a default.
    ///
    /// # Errors
    /// `invalid_request` for a mode that authy does not speak, and for tokens in the query, which Multiple Response Types §3 forbids; JARM
    /// §2.3.1 forbids it for signed ones too, unless they are encrypted.
    pub fn check(params: &Params, response_type: ResponseType) -> Result<Self, Refusal> {
        let Some(text) = params.get("response_mode") else { return Ok(response_type.default_mode()) };
        let mode = Self::parse(text, response_type)
            .ok_or_else(|| OAuthError::invalid_request("The response mode is not supported.").about("response_mode"))?;
        if mode.carrier == Carrier::Query && response_type.default_mode().carrier == Carrier::Fragment {
            return Err(OAuthError::invalid_request("This response type must not be answered in the query.").about("response_mode").into());
        }
        Ok(mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mode: &str, response_type: ResponseType) -> Result<ResponseMode, Refusal> {
        ResponseMode::check(&Params::from_pairs([("response_mode", mode)]), response_type)
    }

    #[test]
    fn the_default_for_code_is_the_query() {
        assert_eq!(check("", ResponseType::Code).unwrap(), ResponseMode::QUERY);
        assert_eq!(check("", ResponseType::CodeIdToken).unwrap(), ResponseMode::FRAGMENT);
        assert_eq!(check("jwt", ResponseType::Code).unwrap(), check("query.jwt", ResponseType::Code).unwrap());
        assert_eq!(check("jwt", ResponseType::CodeIdToken).unwrap(), check("fragment.jwt", ResponseType::CodeIdToken).unwrap());
    }

    #[test]
    fn a_mode_is_taken_by_its_exact_name() {
        for name in ResponseMode::SUPPORTED {
            assert_eq!(check(name, ResponseType::Code).unwrap().signed, name.ends_with("jwt"), "{name}");
        }
        for name in ["JWT", "FORM_POST", "web_message", "query ", "query.jwt.jwt", ".jwt", "jwt.jwt"] {
            assert_eq!(check(name, ResponseType::Code).unwrap_err().error.about, Some("response_mode"), "{name}");
        }
    }

    #[test]
    fn tokens_never_travel_in_the_query() {
        for mode in ["query", "query.jwt"] {
            assert!(check(mode, ResponseType::Token).is_err() && check(mode, ResponseType::IdToken).is_err());
        }
    }
}
