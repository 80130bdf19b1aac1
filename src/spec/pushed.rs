//! The `request_uri` of a pushed authorization request, and how a request has to come: RFC 9126 §2.2, §4 to §6, RFC 9101 §10.5.

use crate::model::client::{Client, Profile};
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;

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

/// Whether the client may send its requests in this way. FAPI 2.0 Security Profile §5.3.2.2: only pushed; FAPI 1.0 Advanced §5.2.2: only
/// signed, and with PKCE where they are pushed.
///
/// # Errors
/// `invalid_request` when the client, its profile or the server demands pushed requests and this one is not (RFC 9126 §5, §6), or signed ones
/// (RFC 9101 §10.5).
pub fn may_come_so(client: &Client, carried: Carried, params: &Params, all_push: bool) -> Result<(), Refusal> {
    let (protocol, profile) = (&client.metadata.protocol, client.metadata.profile);
    let must_push = all_push || protocol.require_pushed_authorization_requests || profile == Profile::Fapi2;
    if must_push && !carried.pushed {
        return Err(OAuthError::invalid_request("Authorization requests must be pushed first.").about("request_uri").into());
    }
    if (protocol.require_signed_request_object || profile == Profile::Fapi1) && !carried.signed {
        return Err(OAuthError::invalid_request("Authorization requests must be signed request objects.").about("request").into());
    }
    if profile == Profile::Fapi1 && carried.pushed && params.get("code_challenge").is_none() {
        return Err(OAuthError::invalid_request("A pushed request of this client needs PKCE.").about("code_challenge").into());
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
        let both = Carried { pushed: true, signed: true };
        let mut client = client();
        let comes = |client: &Client, carried, all_push| may_come_so(client, carried, &Params::default(), all_push).is_ok();
        assert!(comes(&client, plain, false) && !comes(&client, plain, true) && comes(&client, pushed, true));
        client.metadata.protocol.require_pushed_authorization_requests = true;
        assert!(!comes(&client, plain, false) && comes(&client, pushed, false));
        client.metadata.protocol.require_signed_request_object = true;
        assert!(!comes(&client, pushed, false) && comes(&client, both, false));
        client.metadata.protocol = crate::model::client::protocol::ProtocolMetadata::default();
        client.metadata.profile = Profile::Fapi2;
        assert!(!comes(&client, plain, false) && comes(&client, pushed, false));
        client.metadata.profile = Profile::Fapi1;
        assert!(!comes(&client, plain, false) && comes(&client, Carried { pushed: false, signed: true }, false));
        assert!(!comes(&client, both, false), "PKCE");
        let with_pkce = Params::from_pairs([("code_challenge", "x")]);
        assert!(may_come_so(&client, both, &with_pkce, false).is_ok());
    }

    #[test]
    fn only_references_of_ours_are_looked_up() {
        assert!(is_reference("urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"));
        assert!(!is_reference("https://client.example.org/request.jwt"));
    }
}
