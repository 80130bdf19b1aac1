//! Subject identifiers: OIDC Core §8. A client sees everybody under the same `sub` as others do, or under one of its own sector.

use url::{Host, Url};

use crate::model::client::{AuthMethod, Client, ClientMetadata, ClientOrigin};
use crate::spec::grant_type::{self, CIBA};

/// `subject_types_supported`.
pub const SUBJECT_TYPES: &[&str] = &["public", "pairwise"];

/// Whether the client sees people under names of its own.
pub fn is_pairwise(client: &Client) -> bool {
    client.metadata.protocol.subject_type.as_deref() == Some("pairwise")
}

/// OIDC Core §8.1: the sector is the host of `sector_identifier_uri`, else that of the redirect URIs. Where the answer goes to a program on
/// the person's own device there is no host that anybody owns, so such a client, and one without redirect URIs, is a sector of its own.
pub fn sector(client: &Client) -> String {
    let metadata = &client.metadata;
    let own = || format!("client:{}", client.client_id);
    if client.origin != ClientOrigin::Administrator && !shows_whose_it_is(metadata) {
        return own();
    }
    let named = metadata.protocol.sector_identifier_uri.as_deref().and_then(owned_host);
    named.or_else(|| metadata.redirect_uris.first().and_then(|uri| owned_host(uri))).unwrap_or_else(own)
}

/// Whether what the client gets is of use only to whoever owns its addresses. Anybody can write down the redirect URIs of somebody else:
/// with a code they are harmless, since it goes there, and with grants whose answer the client fetches itself (device, CIBA) they prove
/// nothing. There its keys do (CIBA Core §4), or the address to which tokens are pushed.
fn shows_whose_it_is(metadata: &ClientMetadata) -> bool {
    let protocol = &metadata.protocol;
    let by_keys = || matches!(metadata.auth_method, Some(AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth));
    fetched(metadata)
        .filter(|grant| !is_pushed(metadata, grant))
        .all(|_| protocol.sector_identifier_uri.is_some() && protocol.jwks_uri.is_some() && by_keys())
}

/// The grants of a client whose answer it fetches itself.
fn fetched(metadata: &ClientMetadata) -> impl Iterator<Item = &str> {
    let by_address = |grant: &&str| grant_type::find(grant).is_some_and(|known| known.answered_by_address);
    metadata.grant_types.iter().map(String::as_str).filter(move |grant| !by_address(grant))
}

fn is_pushed(metadata: &ClientMetadata, grant: &str) -> bool {
    grant == CIBA.name && metadata.protocol.backchannel_token_delivery_mode.as_deref() == Some("push")
}

/// OIDC Core §8.1, CIBA Core §4: the addresses that the document at `sector_identifier_uri` must name: every redirect URI, and for CIBA the
/// `jwks_uri`, or by push the notification endpoint. Of strangers, every grant without a redirect URI is held to what §4 says of CIBA.
pub fn members_of_sector(metadata: &ClientMetadata, by_administrator: bool) -> Vec<&str> {
    let protocol = &metadata.protocol;
    let named_by_keys = fetched(metadata).filter(|grant| !by_administrator || *grant == CIBA.name);
    let others = named_by_keys.filter_map(|grant| match is_pushed(metadata, grant) {
        true => protocol.backchannel_client_notification_endpoint.as_deref(),
        false => protocol.jwks_uri.as_deref(),
    });
    metadata.redirect_uris.iter().map(String::as_str).chain(others).collect()
}

/// Whether the client can belong to the sector of a document at all: strangers are believed about addresses that prove something.
pub fn can_be_named(metadata: &ClientMetadata, by_administrator: bool) -> bool {
    by_administrator || (shows_whose_it_is(metadata) && !members_of_sector(metadata, false).is_empty())
}

/// OIDC Core §8.1: several hosts need a `sector_identifier_uri`, or it would hang from the order of the list who somebody is.
pub fn has_one_sector(metadata: &ClientMetadata) -> bool {
    let hosts: Vec<_> = metadata.redirect_uris.iter().map(|uri| owned_host(uri)).collect();
    metadata.protocol.sector_identifier_uri.is_some() || hosts.windows(2).all(|pair| pair.first() == pair.last())
}

/// OIDC Registration §5: the document behind `sector_identifier_uri` is a JSON array, and the values "MUST be included in the elements of
/// the array".
pub fn names_all(document: &[u8], addresses: &[&str]) -> bool {
    let Ok(listed) = serde_json::from_slice::<Vec<String>>(document) else { return false };
    addresses.iter().all(|address| listed.iter().any(|known| known == address))
}

fn owned_host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https")?;
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        address => Some(address.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;

    fn with(redirect_uris: &[&str], sector_identifier_uri: Option<&str>) -> Client {
        let mut client = client();
        client.metadata.redirect_uris = redirect_uris.iter().map(|&uri| uri.to_owned()).collect();
        client.metadata.protocol.sector_identifier_uri = sector_identifier_uri.map(str::to_owned);
        client
    }

    #[test]
    fn the_sector_is_the_host_that_the_client_owns() {
        assert_eq!(sector(&with(&["https://rp.example/cb", "https://rp.example/other"], None)), "rp.example");
        assert_eq!(sector(&with(&["https://a.example/cb"], Some("https://sector.example/uris.json"))), "sector.example");
        for own in [&["http://127.0.0.1/cb"] as &[&str], &["org.example.app:/cb"], &[]] {
            assert_eq!(sector(&with(own, None)), "client:s6BhdRkqt3");
        }
    }

    #[test]
    fn the_addresses_of_somebody_else_open_no_sector_to_a_stranger() {
        let document = Some("https://sector.example/uris.json");
        let mut client = with(&["https://rp.example/cb"], document);
        client.origin = ClientOrigin::Dynamic;
        assert_eq!(sector(&client), "sector.example", "the code goes to rp.example");
        client.metadata.grant_types.push(grant_type::DEVICE_CODE.name.to_owned());
        assert_eq!(sector(&client), "client:s6BhdRkqt3", "and the answer for the device to whoever asks");
        assert!(!can_be_named(&client.metadata, false) && can_be_named(&client.metadata, true));
        client.metadata.protocol.jwks_uri = Some("https://rp.example/jwks".to_owned());
        assert_eq!(sector(&client), "client:s6BhdRkqt3", "a secret shows nothing about the keys there");
        client.metadata.auth_method = Some(AuthMethod::PrivateKeyJwt);
        assert_eq!(sector(&client), "sector.example");
        assert_eq!(members_of_sector(&client.metadata, false), ["https://rp.example/cb", "https://rp.example/jwks"]);
        assert_eq!(members_of_sector(&client.metadata, true), ["https://rp.example/cb"], "an administrator's word needs no keys");
        client.metadata.protocol.sector_identifier_uri = None;
        assert_eq!(sector(&client), "client:s6BhdRkqt3", "no document ties the keys to the host");
        client.origin = ClientOrigin::Administrator;
        assert_eq!(sector(&client), "rp.example");
    }

    #[test]
    fn a_client_without_redirect_uris_is_named_by_its_keys_or_where_tokens_are_pushed() {
        let mut client = with(&[], Some("https://sector.example/uris.json"));
        client.metadata.grant_types = vec![CIBA.name.to_owned()];
        client.metadata.protocol.jwks_uri = Some("https://rp.example/jwks".to_owned());
        client.metadata.protocol.backchannel_client_notification_endpoint = Some("https://rp.example/push".to_owned());
        assert_eq!(members_of_sector(&client.metadata, true), ["https://rp.example/jwks"]);
        client.metadata.protocol.backchannel_token_delivery_mode = Some("push".to_owned());
        assert_eq!(members_of_sector(&client.metadata, true), ["https://rp.example/push"]);
        assert!(can_be_named(&client.metadata, false));
        client.metadata.grant_types.clear();
        assert!(!can_be_named(&client.metadata, false), "nothing is left that a document could name");
    }

    #[test]
    fn several_hosts_need_a_document_that_names_them() {
        let two = ["https://a.example/cb", "https://b.example/cb"];
        assert!(!has_one_sector(&with(&two, None).metadata));
        assert!(has_one_sector(&with(&two, Some("https://sector.example/uris.json")).metadata));
        assert!(has_one_sector(&with(&["https://a.example/1", "https://a.example/2"], None).metadata));
        assert!(!has_one_sector(&with(&["https://a.example/1", "http://localhost/2"], None).metadata));
        let uris = two;
        assert!(names_all(br#"["https://a.example/cb","https://b.example/cb","https://c.example/cb"]"#, &uris));
        for wrong in [br#"["https://a.example/cb"]"#.as_slice(), b"{}", b"", b"[1]", br#"["https://A.example/cb","https://b.example/cb"]"#]
        {
            assert!(!names_all(wrong, &uris));
        }
    }
}
