//! What a resource says about itself and its authorization server: OAuth 2.0 Protected Resource Metadata, RFC 9728 §2, §3.

use serde::Serialize;
use url::Url;

use crate::model::resource::Resource;
use crate::spec::issuer::Issuer;

/// Between the host of a resource and its path: RFC 9728 §3.1.
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "every field is the registered metadata name of RFC 9728 §2 and means what is said there")]
pub struct Metadata {
    pub resource: String,
    pub authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    pub bearer_methods_supported: Vec<&'static str>,
    pub resource_name: String,
}

/// The document of a registered resource.
pub fn metadata(resource: &Resource, issuer: &Issuer) -> Metadata {
    Metadata {
        resource: resource.uri.clone(),
        authorization_servers: vec![issuer.as_str().to_owned()],
        scopes_supported: resource.scopes.clone(),
        // RFC 9700 §4.3.2: never in the URL. The form body is for resources that say so themselves.
        bearer_methods_supported: vec!["header"],
        resource_name: resource.name.clone(),
    }
}

/// RFC 9728 §3.1: where the document of a resource is to be found; `None` for a resource that is no https or http URL.
pub fn location(resource: &str) -> Option<String> {
    let url = Url::parse(resource).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let origin = url.origin().ascii_serialization();
    // "any terminating slash following the host component MUST be removed"
    let path = if url.path() == "/" { "" } else { url.path() };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{origin}{WELL_KNOWN}{path}{query}"))
}

/// The resources that a document at this place may be about: what follows the well-known part, and without a path both spellings of a bare
/// origin.
pub fn candidates(origin: &str, rest: &str, query: &str) -> Vec<String> {
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    match rest {
        "" | "/" => vec![format!("{origin}{query}"), format!("{origin}/{query}")],
        path => vec![format!("{origin}{path}{query}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9728 §3.1.
    #[test]
    fn the_well_known_part_goes_between_host_and_path() {
        for (resource, place) in [
            ("https://resource.example.com", Some("https://resource.example.com/.well-known/oauth-protected-resource")),
            ("https://resource.example.com/", Some("https://resource.example.com/.well-known/oauth-protected-resource")),
            ("https://resource.example.com/resource1", Some("https://resource.example.com/.well-known/oauth-protected-resource/resource1")),
            ("https://r.example:8443/a/?b=c", Some("https://r.example:8443/.well-known/oauth-protected-resource/a/?b=c")),
            ("urn:example:orders", None),
        ] {
            assert_eq!(location(resource).as_deref(), place, "{resource}");
        }
    }

    #[test]
    fn a_place_names_its_resource() {
        assert_eq!(candidates("https://id.example", "/mcp", ""), ["https://id.example/mcp"]);
        assert_eq!(candidates("https://id.example", "", "a=b"), ["https://id.example?a=b", "https://id.example/?a=b"]);
    }
}
