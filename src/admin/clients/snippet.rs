//! What an application's developer copies: endpoints, and settings with the client's own values. Pure.

use crate::model::client::{AuthMethod, Client};
use crate::spec::grant_type::{AUTHORIZATION_CODE, CLIENT_CREDENTIALS};
use crate::spec::issuer::Issuer;

/// One endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// For people.
    pub label: &'static str,
    /// An id for the page.
    pub id: &'static str,
    /// The whole URL.
    pub url: String,
}

/// The endpoints of a deployment: OIDC Discovery §3.
pub fn endpoints(issuer: &Issuer) -> Vec<Endpoint> {
    let below = |label, id, path| Endpoint { label, id, url: issuer.url(path) };
    vec![
        Endpoint { label: "Issuer", id: "endpoint-issuer", url: issuer.as_str().to_owned() },
        below("Discovery document", "endpoint-discovery", "/.well-known/openid-configuration"),
        below("Authorization endpoint", "endpoint-authorize", "/oauth2/authorize"),
        below("Token endpoint", "endpoint-token", "/oauth2/token"),
        below("Userinfo endpoint", "endpoint-userinfo", "/oauth2/userinfo"),
        below("Key set (JWKS)", "endpoint-jwks", "/.well-known/jwks.json"),
        below("Sign-out (end_session)", "endpoint-end-session", "/oauth2/logout"),
    ]
}

/// What stands where the secret belongs: it is known to nobody but the application.
const SECRET: &str = "the-secret-you-were-shown-once";

/// Ready to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// For people.
    pub title: &'static str,
    /// An id for the page.
    pub id: &'static str,
    /// What to copy.
    pub text: String,
}

/// Every snippet that fits the client. `secret` is there only in the answer that shows it once.
pub fn all(client: &Client, issuer: &Issuer, secret: Option<&str>) -> Vec<Snippet> {
    let secret = secret.unwrap_or(SECRET);
    let mut found = Vec::new();
    if client.may_use_grant_type(AUTHORIZATION_CODE.name) {
        found.push(Snippet { title: "Environment variables", id: "snippet-env", text: environment(client, issuer, secret) });
        found.push(Snippet { title: "OpenID Connect settings", id: "snippet-oidc", text: settings(client, issuer, secret) });
    }
    // What is signed anew for each request, or needs a certificate, is no line to copy.
    let is_one_line = client.has_secrets() && !client.signs_with_secret();
    if client.may_use_grant_type(CLIENT_CREDENTIALS.name) && is_one_line {
        found.push(Snippet { title: "Get a token with curl", id: "snippet-curl", text: curl(client, issuer, secret) });
    }
    found
}

fn environment(client: &Client, issuer: &Issuer, secret: &str) -> String {
    let mut lines = vec![format!("OIDC_ISSUER={}", issuer.as_str()), format!("OIDC_CLIENT_ID={}", client.client_id)];
    if client.has_secrets() {
        lines.push(format!("OIDC_CLIENT_SECRET={secret}"));
    }
    lines.extend(client.metadata.redirect_uris.first().map(|uri| format!("OIDC_REDIRECT_URI={uri}")));
    lines.push(format!("OIDC_SCOPES=\"{}\"", usual_scopes(client)));
    lines.join("\n")
}

fn settings(client: &Client, issuer: &Issuer, secret: &str) -> String {
    let method = client.metadata.auth_method.unwrap_or(AuthMethod::ClientSecretBasic);
    let mut settings = serde_json::json!({
        "issuer": issuer.as_str(),
        "client_id": client.client_id,
        "token_endpoint_auth_method": method.as_str(),
        "redirect_uri": client.metadata.redirect_uris.first(),
        "scope": usual_scopes(client),
        "response_type": "code",
        "code_challenge_method": "S256",
    });
    if let (Some(members), false) = (settings.as_object_mut(), !client.has_secrets()) {
        members.insert("client_secret".to_owned(), secret.into());
    }
    serde_json::to_string_pretty(&settings).unwrap_or_default()
}

fn curl(client: &Client, issuer: &Issuer, secret: &str) -> String {
    let scopes: Vec<&str> = client.metadata.scopes.iter().map(String::as_str).filter(|scope| !is_about_people(scope)).collect();
    let credentials = match client.metadata.auth_method {
        Some(AuthMethod::ClientSecretPost) => format!("-d client_id={} -d client_secret={secret}", client.client_id),
        _ => format!("-u '{}:{secret}'", client.client_id),
    };
    let scope = if scopes.is_empty() {
        String::new()
    } else {
        format!(" \\\n  --data-urlencode 'scope={}'", scopes.join(" ").replace('\'', "%27"))
    };
    format!("curl {credentials} \\\n  -d grant_type=client_credentials{scope} \\\n  '{}'", issuer.url("/oauth2/token"))
}

/// What a first attempt asks for: who the person is, and no more.
fn usual_scopes(client: &Client) -> String {
    let wanted = ["openid", "profile", "email"];
    let known: Vec<&str> = wanted.into_iter().filter(|scope| client.metadata.scopes.iter().any(|registered| registered == scope)).collect();
    if known.is_empty() { client.metadata.scopes.join(" ") } else { known.join(" ") }
}

fn is_about_people(scope: &str) -> bool {
    crate::spec::claims::STANDARD_SCOPES.contains(&scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::model::client::{ClientMetadata, ClientOrigin};

    fn client(grants: &[&str], auth_method: Option<AuthMethod>) -> Client {
        Client {
            client_id: "shop".into(),
            name: "Shop".into(),
            origin: ClientOrigin::Administrator,
            enabled: true,
            metadata: ClientMetadata {
                grant_types: grants.iter().map(|grant| (*grant).to_owned()).collect(),
                redirect_uris: vec!["https://shop.example.org/cb".into()],
                scopes: vec!["openid".into(), "email".into(), "orders".into()],
                auth_method,
                ..ClientMetadata::default()
            },
            secrets: Vec::new(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    fn issuer() -> Issuer {
        Issuer::parse("https://id.example.org/auth").unwrap()
    }

    #[test]
    fn the_snippets_have_the_clients_own_values() {
        let text = &all(&client(&["authorization_code"], None), &issuer(), None)[0].text;
        assert_eq!(
            text,
            "OIDC_ISSUER=https://id.example.org/auth\nOIDC_CLIENT_ID=shop\nOIDC_CLIENT_SECRET=the-secret-you-were-shown-once\n\
             OIDC_REDIRECT_URI=https://shop.example.org/cb\nOIDC_SCOPES=\"openid email\""
        );
    }

    #[test]
    fn a_public_client_is_shown_no_secret_and_no_curl() {
        let snippets = all(&client(&["authorization_code"], Some(AuthMethod::None)), &issuer(), None);
        assert_eq!(snippets.len(), 2);
        assert!(snippets.iter().all(|snippet| !snippet.text.to_lowercase().contains("secret")));
    }

    #[test]
    fn curl_asks_for_the_scopes_that_are_not_about_people() {
        let snippets = all(&client(&["client_credentials"], None), &issuer(), Some("cs_x"));
        assert_eq!(
            snippets[0].text,
            "curl -u 'shop:cs_x' \\\n  -d grant_type=client_credentials \\\n  --data-urlencode 'scope=orders' \\\n  'https://id.example.org/auth/oauth2/token'"
        );
    }

    #[test]
    fn every_endpoint_is_below_the_issuer() {
        assert!(endpoints(&issuer()).iter().all(|endpoint| endpoint.url.starts_with("https://id.example.org/auth")));
    }
}
