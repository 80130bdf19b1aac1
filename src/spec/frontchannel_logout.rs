//! What a browser opens at a client when a session ends: OIDC Front-Channel Logout §2 and §3.

use crate::model::client::ClientMetadata;
use crate::spec::redirect_uri::origin;
use crate::spec::return_path::with_query;

/// §3: the client's logout page, told of the issuer and the session whether it asked for them or not; a query of its own stays.
pub fn address(registered: &str, issuer: &str, sid: &str) -> String {
    with_query(registered, &[("iss".to_owned(), issuer.to_owned()), ("sid".to_owned(), sid.to_owned())])
}

/// §2: "The domain, port, and scheme of this URL MUST be the same as that of a registered Redirection URI value."
///
/// # Errors
/// What is wrong, for whoever registers.
pub fn check_registration(metadata: &ClientMetadata) -> Result<(), &'static str> {
    let Some(uri) = metadata.protocol.frontchannel_logout_uri.as_deref() else { return Ok(()) };
    if uri.contains('#') {
        return Err("it has a fragment");
    }
    let own = origin(uri);
    match own.is_some() && metadata.redirect_uris.iter().any(|redirect_uri| origin(redirect_uri) == own) {
        true => Ok(()),
        false => Err("its scheme, host and port are those of no redirect URI of the client"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_and_session_join_the_query_that_is_there() {
        let opened = address("https://rp.example/out?a=b", "https://id.example/x", "s 1");
        assert_eq!(opened, "https://rp.example/out?a=b&iss=https%3A%2F%2Fid.example%2Fx&sid=s+1");
        assert_eq!(
            address("https://rp.example/out", "https://id.example", "s"),
            "https://rp.example/out?iss=https%3A%2F%2Fid.example&sid=s"
        );
    }

    #[test]
    fn it_lives_where_a_redirect_uri_lives() {
        let with = |uri: &str| {
            let mut metadata = ClientMetadata { redirect_uris: vec!["https://rp.example:8443/cb".to_owned()], ..ClientMetadata::default() };
            metadata.protocol.frontchannel_logout_uri = Some(uri.to_owned());
            check_registration(&metadata)
        };
        assert_eq!(with("https://rp.example:8443/out?a=b"), Ok(()));
        for uri in [
            "https://rp.example/out",
            "http://rp.example:8443/out",
            "https://evil.example:8443/",
            "https://rp.example:8443/#f",
            "com.example:/x",
        ] {
            assert!(with(uri).is_err(), "{uri}");
        }
    }
}
