//! Logins that start here: OIDC Core §4. Pure.

use crate::model::client::Client;
use crate::spec::issuer::Issuer;
use crate::spec::return_path::with_query;

/// The link that opens an application, signed in: its `initiate_login_uri` with `iss`, from which it starts an ordinary request. No
/// `login_hint`: the application learns who it is from the request that follows.
pub fn link(client: &Client, issuer: &Issuer) -> Option<String> {
    let uri = client.metadata.protocol.initiate_login_uri.as_deref()?;
    Some(with_query(uri, &[("iss".to_owned(), issuer.as_str().to_owned())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{client, issuer};

    #[test]
    fn the_link_names_the_issuer_and_keeps_the_query() {
        let mut client = client();
        assert_eq!(link(&client, &issuer()), None);
        client.metadata.protocol.initiate_login_uri = Some("https://rp.example/start?a=b".to_owned());
        let expected = "https://rp.example/start?a=b&iss=https%3A%2F%2Fserver.example.com";
        assert_eq!(link(&client, &issuer()).as_deref(), Some(expected));
    }
}
