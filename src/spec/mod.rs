//! The rules of the specifications: pure functions over values, with `now` as an argument.
//!
//! The index: which module decides what a specification says, here or in an upper layer. `tests/it/house/specifications.rs` holds each row
//! to the clauses that the module cites, and the whole to the tables of `docs/protocol.md`.
//!
//! | specification | module |
//! |---|---|
//! | RFC 6749 §1.3 | [`grant_type`] |
//! | RFC 6749 §2.3.1 | [`basic`], [`crate::client_auth`] |
//! | RFC 6749 §3.1 §3.2 Appendix B | [`params`] |
//! | RFC 6749 §3.1.1 | [`response_type`] |
//! | RFC 6749 §3.1.2 | [`redirect_uri`] |
//! | RFC 6749 §3.2 | [`crate::endpoints::token`] |
//! | RFC 6749 §3.3 | [`scope`] |
//! | RFC 6749 §4.1.1 | [`crate::endpoints::authorize`] |
//! | RFC 6749 §4.1.2 | [`return_path`] |
//! | RFC 6749 §4.1.2.1 §5.2 | [`error`] |
//! | RFC 6749 §4.1.3 | [`crate::grants::authorization_code`] |
//! | RFC 6749 §4.4 | [`crate::grants::client_credentials`] |
//! | RFC 6749 §6 | [`crate::grants::refresh_token`] |
//! | RFC 6750 §2 §3 | [`bearer`] |
//! | RFC 7009 §2 | [`crate::endpoints::revoke`] |
//! | RFC 7033 §4 | [`webfinger`] |
//! | RFC 7515 §4 | [`json`] |
//! | RFC 7515 §4.1.11 §7.1 | [`crate::jose::compact`] |
//! | RFC 7515 §5.2 | [`crate::jose::verify`], [`crate::jose::client_keys`] |
//! | RFC 7515 §5.1 | [`crate::jose::sign`] |
//! | RFC 7516 §5 | [`crate::jose::jwe`] |
//! | RFC 7517 §5 | [`crate::jose::jwks`], [`crate::endpoints::jwks`] |
//! | RFC 7518 §3.1 | [`signing_algorithm`] |
//! | RFC 7518 §4 §5 | [`crate::jose::jwe`] |
//! | RFC 7519 §2 | [`numeric_date`] |
//! | RFC 7519 §4 | [`json`] |
//! | RFC 7519 §4.1.3 | [`audience`] |
//! | RFC 7519 §6 | [`crate::jose::unsecured`] |
//! | RFC 7521 §4.1 | [`jwt_bearer`] |
//! | RFC 7523 §2.1 §3 | [`jwt_bearer`], [`crate::grants::jwt_bearer`] |
//! | RFC 7523 §3 | [`client_assertion`] |
//! | RFC 7523 §2.2 | [`crate::client_auth::assertion`] |
//! | RFC 7591 §2 | [`client_metadata`] |
//! | RFC 7591 §2.3 §3 | [`crate::endpoints::register`] |
//! | RFC 7591 §5 | [`plain_text`] |
//! | RFC 7592 §2 | [`crate::endpoints::register::manage`] |
//! | RFC 7636 §4 | [`pkce`] |
//! | RFC 7638 §3 | [`mod@crate::jose::thumbprint`] |
//! | RFC 7662 §2.2 | [`introspection`] |
//! | RFC 7662 §2.1 | [`crate::endpoints::introspect`] |
//! | RFC 7800 §3.1 | [`crate::model::confirmation`] |
//! | RFC 8037 §2 | [`crate::jose::jwks`] |
//! | RFC 8037 §3.1 | [`signing_algorithm`] |
//! | RFC 8252 §7 §8 | [`redirect_uri`] |
//! | RFC 8414 §2 | [`discovery`], [`issuer`] |
//! | RFC 8414 §3 | [`crate::endpoints::discovery`] |
//! | RFC 8628 §3.1 §3.2 | [`crate::endpoints::device_authorization`] |
//! | RFC 8628 §3.4 §3.5 | [`crate::grants::device_code`] |
//! | RFC 8628 §3.5 §6.1 | [`device`] |
//! | RFC 8693 §2.1 | [`crate::grants::token_exchange`] |
//! | RFC 8693 §3 §4.1 | [`token_exchange`] |
//! | RFC 8705 §2 | [`crate::client_auth::mtls`] |
//! | RFC 8705 §3 | [`crate::endpoints::possession`] |
//! | RFC 8705 §3.1 | [`certificate`] |
//! | RFC 8705 §5 | [`discovery`] |
//! | RFC 8707 §2 | [`resource`] |
//! | RFC 8725 §2.4 | [`json`] |
//! | RFC 8725 §3.11 | [`typ`] |
//! | RFC 9068 §2.2 | [`access_token`] |
//! | RFC 9101 §4 §6 | [`request_object`] |
//! | RFC 9126 §2.2 §4 to §6 | [`pushed`] |
//! | RFC 9126 §2 | [`crate::endpoints::par`] |
//! | RFC 9207 §2 | [`return_path`] |
//! | RFC 9396 §2 to §7 §9 | [`authorization_details`] |
//! | RFC 9440 §2 §3 | [`crate::web::client_certificate`] |
//! | RFC 9449 §4 §10 | [`dpop`] |
//! | RFC 9449 §5 §8 | [`crate::endpoints::possession`] |
//! | RFC 9470 §6 | [`crate::endpoints::introspect`] |
//! | RFC 9700 §2.1 | [`redirect_uri`], [`pkce`] |
//! | RFC 9700 §4.8.2 | [`pkce`] |
//! | RFC 9700 §4.14 | [`crate::grants::refresh_token`] |
//! | RFC 9701 §4 §5 | [`crate::endpoints::introspect`] |
//! | RFC 9728 §2 §3 | [`protected_resource`] |
//! | RFC 9864 §2.2 | [`signing_algorithm`] |
//! | Client ID Metadata Document §3 §4 | [`client_id_document`] |
//! | FAPI 1.0 Advanced §5.2.2 | [`client_metadata`], [`crate::endpoints::possession`] |
//! | FAPI 1.0 Advanced §8.6 | [`signing_algorithm`] |
//! | FAPI 2.0 Message Signing §5.3.1 | [`request_object`] |
//! | FAPI 2.0 Security Profile §5.3.2 | [`client_metadata`], [`crate::endpoints::possession`] |
//! | FAPI 2.0 Security Profile §5.4.1 | [`signing_algorithm`] |
//! | FAPI-CIBA §5.2.2 | [`ciba`] |
//! | Form Post Response Mode | [`response_mode`] |
//! | JARM §2 §3 | [`jarm`] |
//! | JARM §2.3 | [`response_mode`] |
//! | Multiple Response Types | [`response_type`], [`response_mode`] |
//! | CIBA Core §7.1 §7.1.1 | [`ciba`] |
//! | CIBA Core §7 §10.2 | [`crate::endpoints::backchannel_authentication`] |
//! | CIBA Core §10.1 §11 | [`crate::grants::ciba`] |
//! | OIDC Core §2 §3.1.3.6 | [`id_token`] |
//! | OIDC Core §3.1.2.1 | [`prompt`] |
//! | OIDC Core §4 | [`crate::accounts::profile::apps`] |
//! | OIDC Core §5.1 §5.4 | [`claims`] |
//! | OIDC Core §5.3 | [`crate::endpoints::userinfo`] |
//! | OIDC Core §5.5 | [`claims_request`] |
//! | OIDC Core §6.1 | [`request_object`] |
//! | OIDC Core §8 | [`subject`] |
//! | OIDC Core §9 | [`crate::client_auth`] |
//! | OIDC Core §10.2 | [`crate::endpoints::encrypted`] |
//! | OIDC Discovery §2 | [`webfinger`] |
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
pub mod grant_type;
pub mod id_token;
pub mod introspection;
pub mod issuer;
pub mod jarm;
pub mod json;
pub mod jwt_bearer;
pub mod logout;
pub mod logout_token;
pub mod numeric_date;
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
