//! Whether the client of an authorization request may be here at all: RFC 6749 §4.1.2.1. Pure.

use std::sync::Arc;

use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};

/// A registered and enabled client.
///
/// # Errors
/// Shown to the person: "MUST NOT automatically redirect the user-agent to the invalid redirection URI".
pub fn known(client: Option<Arc<Client>>) -> Result<Arc<Client>, Refusal> {
    const UNKNOWN: OAuthError = OAuthError::invalid_request("The application is not registered here.").about("client_id");
    match client {
        Some(client) if client.enabled => Ok(client),
        Some(_) => Err(UNKNOWN.because("the client is disabled")),
        None => Err(UNKNOWN.because("unknown client_id")),
    }
}
