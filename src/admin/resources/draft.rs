//! A resource (RFC 8707) as an administrator describes it, checked. Pure.

use serde_json::{Value, json};
use url::Url;

use crate::admin::fault::Faults;
use crate::clock::Timestamp;
use crate::jose::Algorithm;
use crate::model::resource::Resource;

/// What an administrator says about a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceDraft {
    /// RFC 8707 §2: an absolute URI without a fragment.
    pub uri: String,
    /// For people; the URI when empty.
    pub name: String,
    /// Scopes that a token for it may have, besides those of OpenID Connect; empty: any scope of the client.
    pub scopes: Vec<String>,
    /// `ES256` when absent.
    pub signing_algorithm: Option<String>,
    /// Seconds.
    pub access_token_lifetime: Option<u64>,
    /// Clients that may introspect its tokens.
    pub introspection_clients: Vec<String>,
}

impl ResourceDraft {
    /// What is stored, to be changed.
    pub fn of(resource: &Resource) -> Self {
        Self {
            uri: resource.uri.clone(),
            name: resource.name.clone(),
            scopes: resource.scopes.clone(),
            signing_algorithm: Some(resource.signing_algorithm.clone()),
            access_token_lifetime: resource.access_token_lifetime,
            introspection_clients: resource.introspection_clients.clone(),
        }
    }

    /// RFC 8707 §2: "It MUST be an absolute URI" and "MUST NOT include a fragment component".
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, created_at: Timestamp) -> Result<Resource, Faults> {
        let mut faults = Faults::default();
        let absolute = Url::parse(&self.uri).is_ok_and(|uri| uri.fragment().is_none()) && !self.uri.contains('#');
        faults.unless(
            absolute && self.uri.len() <= 2_048 && !self.uri.contains(char::is_whitespace),
            "uri",
            "A resource is named by an absolute URI without a fragment (RFC 8707 §2).",
            "Write it like https://api.example.org/orders.",
        );
        let scope_token = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        faults.unless(
            self.scopes.iter().all(scope_token),
            "scopes",
            "A scope has printable characters without spaces, quotes and backslashes (RFC 6749 §3.3).",
            "Write it like orders:read.",
        );
        let algorithm = self.signing_algorithm.clone().unwrap_or_else(|| Algorithm::ES256.as_str().to_owned());
        faults.unless(
            Algorithm::parse(&algorithm).is_some(),
            "signing_algorithm",
            "This is not an algorithm that authy signs with.",
            "Use RS256, PS256, ES256 or EdDSA.",
        );
        faults.unless(
            self.access_token_lifetime.is_none_or(|seconds| (1..=86_400).contains(&seconds)),
            "access_token_lifetime",
            "An access token lives between one second and a day.",
            "Give the lifetime in seconds, for example 600.",
        );
        let name = if self.name.trim().is_empty() { self.uri.clone() } else { self.name.trim().to_owned() };
        faults.or(Resource {
            uri: self.uri.clone(),
            name,
            scopes: self.scopes.clone(),
            signing_algorithm: algorithm,
            access_token_lifetime: self.access_token_lifetime,
            introspection_clients: self.introspection_clients.clone(),
            created_at,
        })
    }
}

/// As the command line shows it.
pub fn json(resource: &Resource) -> Value {
    json!({
        "uri": resource.uri,
        "name": resource.name,
        "scopes": resource.scopes,
        "signing_algorithm": resource.signing_algorithm,
        "access_token_lifetime": resource.access_token_lifetime,
        "introspection_clients": resource.introspection_clients,
        "created_at": resource.created_at.rfc3339(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(uri: &str) -> ResourceDraft {
        ResourceDraft { uri: uri.to_owned(), ..ResourceDraft::default() }
    }

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        let now = Timestamp::from_seconds(0);
        for bad in ["api", "/orders", "https://api.example.org/#a", "https://api.example.org/#", "https://a b/"] {
            assert!(draft(bad).check(now).is_err(), "{bad}");
        }
        let made = draft("https://api.example.org/").check(now).unwrap();
        assert_eq!((made.signing_algorithm.as_str(), made.name.as_str()), ("ES256", "https://api.example.org/"));
        assert!(draft("urn:example:orders").check(now).is_ok());
    }

    #[test]
    fn an_unknown_algorithm_and_a_scope_with_a_space_are_refused() {
        let bad = ResourceDraft { signing_algorithm: Some("none".into()), scopes: vec!["a b".into()], ..draft("urn:x:y") };
        let faults = bad.check(Timestamp::from_seconds(0)).unwrap_err();
        assert!(faults.of("signing_algorithm").is_some() && faults.of("scopes").is_some());
    }
}
