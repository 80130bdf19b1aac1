//! What a page said before a person agreed: OIDC Core §3.1.2.4. "the Authorization Server MUST obtain an authorization decision", and that
//! decision is about what was read. Pure.
//!
//! A client may change what it is between the page and the click: a document serves another text, a registration is updated. So the form
//! carries a mark of all that its page said, and what is given must have the same mark.

use serde::Serialize;

use super::wishes::Wanted;
use crate::model::client::Client;
use crate::sealing::{Purpose, Sealer};

/// All that a page says of a request, and to whom.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    subject: &'a str,
    client_id: &'a str,
    name: &'a str,
    wanted: &'a Wanted<'a>,
    redirect_uri: &'a str,
    remembered: bool,
}

impl<'a> Shown<'a> {
    /// To a person, of a client, as it is now. The answer goes to no address, and nothing is said of how long it holds.
    pub fn new(subject: &'a str, client: &'a Client, wanted: &'a Wanted<'a>) -> Self {
        Self { subject, client_id: &client.client_id, name: &client.name, wanted, redirect_uri: "", remembered: false }
    }

    /// Where the answer goes, and whether it is remembered.
    #[must_use]
    pub const fn going_to(self, redirect_uri: &'a str, remembered: bool) -> Self {
        Self { redirect_uri, remembered, ..self }
    }

    /// The mark: only this provider can make it.
    pub fn mark(&self, sealer: &Sealer) -> String {
        // Plain text and JSON always become JSON; were it not so, the mark would fit nothing else.
        let said = serde_json::to_string(self).unwrap_or_default();
        sealer.concealed(Purpose::Shown, &said)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::sealing::MasterKey;
    use crate::spec::testing::client;

    #[test]
    fn whatever_the_page_says_is_in_the_mark() {
        let sealer = Sealer::new(&MasterKey::generate(&SeededEntropy::new(1)));
        let (client, mut renamed) = (client(), client());
        renamed.name = "Another".to_owned();
        let (resources, details) = (["https://api.example".to_owned()], [json!({ "type": "payment" })]);
        let wanted = Wanted { scopes: vec!["openid"], claims: vec![], resources: &[], authorization_details: &[] };
        let shown = || Shown::new("ada", &client, &wanted).going_to("https://rp.example/cb", true);
        let mark = shown().mark(&sealer);
        assert_eq!(mark, shown().mark(&sealer));
        for other in [
            Wanted { scopes: vec!["openid", "email"], ..wanted.clone() },
            Wanted { claims: vec!["email"], ..wanted.clone() },
            Wanted { resources: &resources, ..wanted.clone() },
            Wanted { authorization_details: &details, ..wanted.clone() },
        ] {
            assert_ne!(Shown::new("ada", &client, &other).going_to("https://rp.example/cb", true).mark(&sealer), mark, "{other:?}");
        }
        for other in [
            Shown::new("eve", &client, &wanted).going_to("https://rp.example/cb", true),
            Shown::new("ada", &renamed, &wanted).going_to("https://rp.example/cb", true),
            shown().going_to("https://evil.example/cb", true),
            shown().going_to("https://rp.example/cb", false),
        ] {
            assert_ne!(other.mark(&sealer), mark, "{other:?}");
        }
    }
}
