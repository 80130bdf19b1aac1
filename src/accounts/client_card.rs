//! What a page says about the application that sent a person here. Pure.

use url::Url;

use crate::accounts::person;
use crate::model::client::{Client, ClientOrigin};

/// An application as people see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientCard {
    /// `client_name`.
    pub name: String,
    /// `logo_uri`: the browser loads it, authy never does.
    pub logo: Option<String>,
    /// `policy_uri`: OIDC Registration §2.
    pub policy: Option<String>,
    /// `tos_uri`: OIDC Registration §2.
    pub terms: Option<String>,
    /// The host of the document that describes it, if that is what it is.
    pub host: Option<String>,
    /// Whether an administrator vouches for it.
    pub verified: bool,
}

impl ClientCard {
    /// From what was registered.
    pub fn of(client: &Client) -> Self {
        let metadata = &client.metadata;
        Self {
            name: if client.name.trim().is_empty() { client.client_id.clone() } else { client.name.clone() },
            logo: web_address(metadata.logo_uri.as_deref()).filter(|uri| uri.starts_with("https://")),
            policy: web_address(metadata.policy_uri.as_deref()),
            terms: web_address(metadata.tos_uri.as_deref()),
            host: (client.origin == ClientOrigin::Document).then(|| host(&client.client_id)).flatten(),
            verified: client.is_vouched_for(),
        }
    }

    /// A letter to draw in place of a logo.
    pub fn initial(&self) -> String {
        person::initial(&self.name)
    }
}

fn host(client_id: &str) -> Option<String> {
    Url::parse(client_id).ok()?.host_str().map(str::to_owned)
}

/// A link may only lead to the web: `javascript:` and the like are nothing to click on.
fn web_address(text: Option<&str>) -> Option<String> {
    let url = Url::parse(text?).ok()?;
    (matches!(url.scheme(), "https" | "http") && url.has_host()).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_address(Some("https://rp.example/privacy")).as_deref(), Some("https://rp.example/privacy"));
        for text in ["javascript:alert(1)", "data:text/html,x", "//rp.example", "rp.example", ""] {
            assert_eq!(web_address(Some(text)), None, "{text}");
        }
    }
}
