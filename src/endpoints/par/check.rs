//! What a client may push, and what of it is kept: RFC 9126 §2.1. Pure.

use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;

/// Parameters that prove who the client is; they are no part of the request and are never kept.
const AUTHENTICATION: &[&str] = &["client_secret", "client_assertion", "client_assertion_type"];

/// The authorization request inside a pushed one, in the name of the client that has authenticated.
///
/// # Errors
/// `invalid_request`: RFC 9126 §2.1, "The request_uri authorization request parameter is one exception, and it MUST NOT be provided", and for a
/// `client_id` that is not that of whoever has authenticated.
pub fn authorization_request(params: &Params, client: &Client) -> Result<Params, Refusal> {
    if params.get("request_uri").is_some() {
        return Err(OAuthError::invalid_request("A pushed request must not have a request_uri.").about("request_uri").into());
    }
    if params.get("client_id").is_some_and(|named| named != client.client_id) {
        return Err(OAuthError::invalid_request("The client_id is not that of the client that authenticated.").about("client_id").into());
    }
    let kept = params.iter().filter(|(name, _)| !AUTHENTICATION.contains(name) && *name != "client_id");
    Ok(Params::from_pairs([("client_id", client.client_id.as_str())].into_iter().chain(kept)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;

    #[test]
    fn what_proved_the_client_is_not_kept() {
        let sent =
            Params::from_pairs([("client_secret", "x"), ("client_assertion", "y"), ("client_assertion_type", "z"), ("scope", "openid")]);
        let kept = authorization_request(&sent, &client()).unwrap();
        assert_eq!(kept.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["client_id", "scope"]);
    }

    #[test]
    fn a_reference_or_another_client_is_refused() {
        for pair in [("request_uri", "urn:x"), ("client_id", "another")] {
            assert_eq!(authorization_request(&Params::from_pairs([pair]), &client()).unwrap_err().error.about, Some(pair.0));
        }
    }
}
