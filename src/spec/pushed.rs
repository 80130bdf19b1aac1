//! The `request_uri` of a pushed authorization request, and how a request has to come: RFC 9126 §2.2, §4 to §6, RFC 9101 §10.5.

use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};

/// RFC 9126 §2.2: the form of a reference to a pushed request.
pub const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Whether a `request_uri` is a reference that authy made.
pub fn is_reference(request_uri: &str) -> bool {
    request_uri.starts_with(PREFIX)
}

/// How an authorization request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Carried {
    /// Through the pushed authorization request endpoint, from a client that authenticated there.
    pub pushed: bool,
    /// In a request object that the client signed.
    pub signed: bool,
}

/// Whether the client may send its requests in this way.
///
/// # Errors
/// `invalid_request` when the client or the server demands pushed requests and this one is not (RFC 9126 §5, §6), or the client demands signed ones (RFC 9101 §10.5).
pub fn may_come_so(client: &Client, carried: Carried, all_push: bool) -> Result<(), Refusal> {
    let protocol = &client.metadata.protocol;
    if (all_push || protocol.require_pushed_authorization_requests) && !carried.pushed {
        return Err(OAuthError::invalid_request("Authorization requests must be pushed first.").about("request_uri").into());
    }
    if protocol.require_signed_request_object && !carried.signed {
        return Err(OAuthError::invalid_request("Authorization requests must be signed request objects.").about("request").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;

    #[test]
    fn a_request_comes_as_the_client_or_the_server_demands() {
        let plain = Carried::default();
        let pushed = Carried { pushed: true, signed: false };
        let mut client = client();
        assert!(may_come_so(&client, plain, false).is_ok());
        assert!(may_come_so(&client, plain, true).is_err() && may_come_so(&client, pushed, true).is_ok());
        client.metadata.protocol.require_pushed_authorization_requests = true;
        assert!(may_come_so(&client, plain, false).is_err() && may_come_so(&client, pushed, false).is_ok());
        client.metadata.protocol.require_signed_request_object = true;
        assert_eq!(may_come_so(&client, pushed, false).unwrap_err().error.about, Some("request"));
        assert!(may_come_so(&client, Carried { pushed: true, signed: true }, false).is_ok());
    }

    #[test]
    fn only_references_of_ours_are_looked_up() {
        assert!(is_reference("urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"));
        assert!(!is_reference("https://client.example.org/request.jwt"));
    }
}
