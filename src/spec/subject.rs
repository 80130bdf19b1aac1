//! Subject identifiers: OIDC Core §8. A client sees everybody under the same `sub` as others do, or under one of its own sector.

use url::{Host, Url};

use crate::model::client::{Client, ClientMetadata};

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
    let named = metadata.protocol.sector_identifier_uri.as_deref().and_then(owned_host);
    let sector = named.or_else(|| metadata.redirect_uris.first().and_then(|uri| owned_host(uri)));
    sector.unwrap_or_else(|| format!("client:{}", client.client_id))
}

/// OIDC Core §8.1: several hosts need a `sector_identifier_uri`, or it would hang from the order of the list who somebody is.
pub fn has_one_sector(metadata: &ClientMetadata) -> bool {
    let hosts: Vec<_> = metadata.redirect_uris.iter().map(|uri| owned_host(uri)).collect();
    metadata.protocol.sector_identifier_uri.is_some() || hosts.windows(2).all(|pair| pair.first() == pair.last())
}

/// OIDC Registration §5: the document behind `sector_identifier_uri` is a JSON array that names every redirect URI.
pub fn names_all(document: &[u8], redirect_uris: &[String]) -> bool {
    let Ok(listed) = serde_json::from_slice::<Vec<String>>(document) else { return false };
    redirect_uris.iter().all(|uri| listed.contains(uri))
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
    fn several_hosts_need_a_document_that_names_them() {
        let two = ["https://a.example/cb", "https://b.example/cb"];
        assert!(!has_one_sector(&with(&two, None).metadata));
        assert!(has_one_sector(&with(&two, Some("https://sector.example/uris.json")).metadata));
        assert!(has_one_sector(&with(&["https://a.example/1", "https://a.example/2"], None).metadata));
        assert!(!has_one_sector(&with(&["https://a.example/1", "http://localhost/2"], None).metadata));
        let uris = two.map(str::to_owned);
        assert!(names_all(br#"["https://a.example/cb","https://b.example/cb","https://c.example/cb"]"#, &uris));
        for wrong in [br#"["https://a.example/cb"]"#.as_slice(), b"{}", b"", b"[1]", br#"["https://A.example/cb","https://b.example/cb"]"#]
        {
            assert!(!names_all(wrong, &uris));
        }
    }
}
