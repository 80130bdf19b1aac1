//! What clients may ask for and nobody has registered: resources (RFC 8707 §2) and types of authorization details (RFC 9396 §5). Pure.

use super::finding::Findings;
use crate::model::authorization_type::AuthorizationType;
use crate::model::client::Client;
use crate::model::resource::Resource;
use crate::spec::resource::is_same;

/// Looks at the list of each client; what is not registered is open to nobody, and most likely a slip.
pub fn check(clients: &[Client], registered: &[Resource], findings: &mut Findings) {
    for client in clients.iter().filter(|client| client.enabled) {
        let listed = client.metadata.protocol.resources.iter().flatten();
        for uri in listed.filter(|uri| !registered.iter().any(|resource| is_same(&resource.uri, uri))) {
            findings.warn(
                format!("{} ({}): its resources name {uri:?}, which is not registered.", client.name, client.client_id),
                "Register it (`authy resource create URI`), or mend the list: `authy client update CLIENT --resource URI …`, naming all of them.",
            );
        }
        let default = client.metadata.default_resource.as_ref();
        if let Some(uri) = default.filter(|uri| !registered.iter().any(|resource| is_same(&resource.uri, uri))) {
            findings.warn(
                format!("{} ({}): its default_resource is {uri:?}, which is not registered.", client.name, client.client_id),
                "Register it (`authy resource create URI`), or mend it: `authy client update CLIENT --default-resource URI`.",
            );
        }
    }
}

/// Looks at the types of authorization details that each client may ask for.
pub fn check_types(clients: &[Client], registered: &[AuthorizationType], findings: &mut Findings) {
    for client in clients.iter().filter(|client| client.enabled) {
        let listed = client.metadata.protocol.authorization_details_types.iter();
        for kind in listed.filter(|kind| !registered.iter().any(|known| known.kind == **kind)) {
            findings.warn(
                format!(
                    "{} ({}): its authorization_details_types name {kind:?}, which is not registered.",
                    client.name, client.client_id
                ),
                "Register it (`authy authorization-type create TYPE`), or take it out: `authy client update CLIENT --metadata authorization_details_types='[…]'`.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use crate::spec::testing::{client, resource};

    #[test]
    fn a_listed_resource_that_is_not_registered_is_named() {
        let warnings = |listed: Option<&[&str]>, enabled: bool| {
            let mut client = client();
            client.enabled = enabled;
            client.metadata.protocol.resources = listed.map(|listed| listed.iter().map(|&uri| uri.to_owned()).collect());
            let mut findings = Findings::default();
            check(&[client], &[], &mut findings);
            findings.count(Level::Warning)
        };
        assert_eq!((warnings(Some(&["urn:a", "urn:b"]), true), warnings(Some(&["urn:a"]), false)), (2, 0));
        assert_eq!((warnings(None, true), warnings(Some(&[]), true)), (0, 0));
    }

    #[test]
    fn so_are_a_default_resource_and_a_type_of_details() {
        let mut client = client();
        client.metadata.default_resource = Some("https://API.example/".to_owned());
        client.metadata.protocol.authorization_details_types = vec!["payment".to_owned()];
        let warnings = |registered: &[Resource]| {
            let mut findings = Findings::default();
            check(std::slice::from_ref(&client), registered, &mut findings);
            check_types(std::slice::from_ref(&client), &[], &mut findings);
            findings.count(Level::Warning)
        };
        assert_eq!((warnings(&[]), warnings(&[resource("https://api.example")])), (2, 1));
    }
}
