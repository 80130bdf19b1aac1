//! Client ids that are URLs: OAuth Client ID Metadata Document §3, §4 (draft-ietf-oauth-client-id-metadata-document). OIDC Registration §2 names the members.

use serde_json::{Map, Value};
use url::Url;

use crate::spec::error::{OAuthError, Refusal};
use crate::spec::grant_type::{AUTHORIZATION_CODE, IMPLICIT};

/// Longer ones are nobody's: the id is a key of the database.
const LONGEST: usize = 500;

/// Whether a client id is to be read as a URL at all.
pub fn is_url(client_id: &str) -> bool {
    client_id.starts_with("https://")
}

/// §3: https, with a path, "MUST NOT contain single-dot or double-dot path segments", no fragment, no user information; written in its normal
/// form, since it is compared as text and asked as a URL. No query either: one document would have many names.
///
/// # Errors
/// `invalid_request`, for the person: there is no proven place to return to.
pub fn check_url(client_id: &str) -> Result<Url, Refusal> {
    let refuse = |why: &'static str| Err(unusable(why));
    if client_id.len() > LONGEST {
        return refuse("the client_id is a URL of more than 500 bytes");
    }
    let Ok(url) = Url::parse(client_id) else { return refuse("the client_id is no URL") };
    if url.as_str() != client_id {
        return refuse("the client_id is not a URL in its normal form");
    }
    if url.scheme() != "https" || url.path() == "/" {
        return refuse("the client_id is not an https URL with a path");
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return refuse("the client_id is a URL with a query, a fragment or user information");
    }
    Ok(url)
}

/// §4.1: the document is about the URL it was found at, and holds no secret that others could read.
///
/// # Errors
/// As [`check_url`].
pub fn check_document(client_id: &str, members: &Map<String, Value>) -> Result<(), Refusal> {
    if members.get("client_id").and_then(Value::as_str) != Some(client_id) {
        return Err(unusable("the client_id in the document is not its URL"));
    }
    if members.contains_key("client_secret") || members.contains_key("client_secret_expires_at") {
        return Err(unusable("the document holds a client_secret"));
    }
    let method = members.get("token_endpoint_auth_method").map(|method| method.as_str().unwrap_or_default());
    if !matches!(method, None | Some("none" | "private_key_jwt" | "tls_client_auth" | "self_signed_tls_client_auth")) {
        return Err(unusable("the document asks for a method that needs a shared secret"));
    }
    let list = |name: &str| members.get(name).and_then(Value::as_array);
    // Who never sends anybody back, as a device, needs no place for it.
    let returns =
        list("grant_types").is_none_or(|grants| grants.iter().any(|grant| grant == AUTHORIZATION_CODE.name || grant == IMPLICIT.name));
    if returns && list("redirect_uris").is_none_or(Vec::is_empty) {
        return Err(unusable("the document lists no redirect_uris"));
    }
    Ok(())
}

/// One sentence for every reason: what is behind a URL is told to the log, never to a stranger.
pub fn unusable(why: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    OAuthError::invalid_request("The application's description at its client_id could not be used.").about("client_id").because(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "https://app.example.com/client.json";

    #[test]
    fn only_plain_https_urls_with_a_path_are_client_ids() {
        for good in [ID, "https://app.example.com:8443/a/b", "https://localhost/x"] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        let long = format!("https://app.example.com/{}", "x".repeat(LONGEST));
        for bad in [
            "https://app.example.com",
            "https://app.example.com/",
            "http://app.example.com/c",
            "https://APP.example.com/c",
            "https://app.example.com:443/c",
            "https://app.example.com/a/../c",
            "https://app.example.com/./c",
            "https://app.example.com/%2e%2e/c",
            "https://u@app.example.com/c",
            "https://app.example.com\\@evil/c",
            "https://app.example.com/c#f",
            "https://app.example.com/c?a=b",
            "https://app.example.com/c d",
            "https://",
            "file:///etc/passwd",
            long.as_str(),
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_document_is_about_its_own_url_and_holds_no_secret() {
        let good = json!({"client_id": ID, "redirect_uris": ["https://app.example.com/cb"]});
        let check = |changes: Value| {
            let mut members = good.as_object().cloned().unwrap();
            members.extend(changes.as_object().cloned().unwrap());
            check_document(ID, &members)
        };
        assert!(check(json!({"redirect_uris": [], "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]})).is_ok());
        assert!(check(json!({})).is_ok() && check(json!({"token_endpoint_auth_method": "private_key_jwt"})).is_ok());
        for bad in [
            json!({"client_id": "https://app.example.com/other.json"}),
            json!({"client_id": 5}),
            json!({"client_secret": "x"}),
            json!({"client_secret_expires_at": 0}),
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            json!({"token_endpoint_auth_method": "client_secret_jwt"}),
            json!({"token_endpoint_auth_method": null}),
            json!({"redirect_uris": []}),
            json!({"redirect_uris": "https://app.example.com/cb"}),
        ] {
            assert!(check(bad.clone()).is_err(), "{bad}");
        }
    }
}
