//! What the metadata document says about logout: OIDC Back-Channel Logout §2.1, Front-Channel Logout §3, Session Management §3.3.

use serde::Serialize;

use crate::spec::issuer::Issuer;

/// Members of the metadata document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "every field is the registered metadata name of its specification and means what is said there")]
pub struct LogoutMetadata {
    pub backchannel_logout_supported: bool,
    pub backchannel_logout_session_supported: bool,
    pub frontchannel_logout_supported: bool,
    pub frontchannel_logout_session_supported: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_session_iframe: Option<String>,
}

impl LogoutMetadata {
    /// Logout tokens and framed addresses always carry the `sid`.
    pub fn new(issuer: &Issuer, session_management: bool) -> Self {
        Self {
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            frontchannel_logout_supported: true,
            frontchannel_logout_session_supported: true,
            check_session_iframe: session_management.then(|| issuer.url("/oauth2/check_session")),
        }
    }
}
