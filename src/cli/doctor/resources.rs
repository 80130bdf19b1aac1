//! Resources that clients may ask tokens for and that nobody has registered: RFC 8707 §2. Pure.

use super::finding::Findings;
use crate::model::client::Client;
use crate::model::resource::Resource;

/// Looks at the list of each client; what is not registered is open to nobody, and most likely a slip.
pub fn check(clients: &[Client], registered: &[Resource], findings: &mut Findings) {
    for client in clients.iter().filter(|client| client.enabled) {
        let listed = client.metadata.protocol.resources.iter().flatten();
        for uri in listed.filter(|uri| !registered.iter().any(|resource| resource.uri == **uri)) {
            findings.warn(
                format!("{} ({}): its resources name {uri:?}, which is not registered.", client.name, client.client_id),
                "Register it (`authy resource create URI`), or mend the list: `authy client update CLIENT --resource URI …`, naming all of them.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use crate::spec::testing::client;

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
}
