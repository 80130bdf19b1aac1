//! The rules of the specifications: pure functions over values, with `now` as an argument.
//!
//! | spec | module |
//! |---|---|
//! | RFC 6749 §2.3.1 | [`basic`] |
//! | RFC 6749 §3.1 §3.2 Appendix B | [`params`] |
//! | RFC 6749 §3.1.1 | [`response_type`] |
//! | RFC 6749 §3.1.2 | [`redirect_uri`] |
//! | RFC 6749 §3.3 | [`scope`] |
//! | RFC 6749 §4.1.2 | [`return_path`] |
//! | RFC 6749 §4.1.2.1 §5.2 | [`error`] |
//! | RFC 6750 §2 §3 | [`bearer`] |
//! | RFC 7523 §3 | [`client_assertion`] |
//! | RFC 7523 §2.1 §3 | [`jwt_bearer`] |
//! | RFC 7519 §4.1.3 | [`audience`] |
//! | RFC 7033 §4, OIDC Discovery §2 | [`webfinger`] |
//! | RFC 7515 §4, RFC 7519 §4, RFC 8725 §2.4 | [`json`] |
//! | RFC 7591 §2 | [`client_metadata`] |
//! | RFC 7591 §5 | [`plain_text`] |
//! | Client ID Metadata Document §3 §4 | [`client_id_document`] |
//! | RFC 7636 §4 | [`pkce`] |
//! | RFC 7662 §2.2 | [`introspection`] |
//! | RFC 8252 §7 §8 | [`redirect_uri`] |
//! | RFC 8414 §2 | [`discovery`], [`issuer`] |
//! | RFC 8628 §3.5 §6.1 | [`device`] |
//! | RFC 8705 §3.1 | [`certificate`] |
//! | RFC 8693 §3 §4.1 | [`token_exchange`] |
//! | RFC 8707 §2 | [`resource`] |
//! | RFC 8725 §3.11 | [`typ`] |
//! | RFC 9068 §2.2 | [`access_token`] |
//! | RFC 9101 §4 | [`request_object`] |
//! | RFC 9126 §2.2 §4 to §6 | [`pushed`] |
//! | RFC 9207 §2 | [`return_path`] |
//! | RFC 9700 §2.1 §4.8.2 | [`redirect_uri`], [`pkce`] |
//! | RFC 9449 §4 §10 | [`dpop`] |
//! | RFC 9728 §2 §3 | [`protected_resource`] |
//! | RFC 9864 §2.2 | [`signing_algorithm`] |
//! | RFC 9396 §2 to §7 | [`authorization_details`] |
//! | OAuth 2.0 Form Post Response Mode | [`response_mode`] |
//! | OAuth 2.0 JARM §2 §3 | [`jarm`], [`response_mode`] |
//! | OAuth 2.0 Multiple Response Types | [`response_type`], [`response_mode`] |
//! | OpenID CIBA Core §7.1 §7.1.1 | [`ciba`] |
//! | OIDC Core §2 §3.1.3.6 | [`id_token`] |
//! | OIDC Core §3.1.2.1 | [`prompt`] |
//! | OIDC Core §5.1 §5.4 | [`claims`] |
//! | OIDC Core §5.5 | [`claims_request`] |
//! | OIDC Core §6.1 | [`request_object`] |
//! | OIDC Core §8 | [`subject`] |
//! | OIDC Discovery §3 | [`discovery`] |
//! | OIDC Registration §2 | [`client_metadata`] |
//! | OIDC RP-Initiated Logout §2 §3 | [`logout`] |
//! | OIDC Back-Channel Logout §2 | [`logout_token`] |
//! | OIDC Front-Channel Logout §2 §3 | [`frontchannel_logout`] |
//! | OIDC Session Management §2 §3 | [`session_state`] |

pub mod access_token;
pub mod audience;
pub mod authorization_details;
pub mod basic;
pub mod bearer;
pub mod certificate;
pub mod ciba;
pub mod claims;
pub mod claims_request;
pub mod client_assertion;
pub mod client_id_document;
pub mod client_metadata;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod error;
pub mod frontchannel_logout;
pub mod id_token;
pub mod introspection;
pub mod issuer;
pub mod jarm;
pub mod json;
pub mod jwt_bearer;
pub mod logout;
pub mod logout_token;
pub mod params;
pub mod pkce;
pub mod plain_text;
pub mod prompt;
pub mod protected_resource;
pub mod pushed;
pub mod redirect_uri;
pub mod request_object;
pub mod resource;
pub mod response_mode;
pub mod response_type;
pub mod return_path;
pub mod scope;
pub mod session_state;
pub mod signing_algorithm;
pub mod subject;
#[cfg(test)]
pub(crate) mod testing;
pub mod token_exchange;
pub mod typ;
pub mod webfinger;
