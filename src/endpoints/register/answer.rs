//! What a client reads about itself: RFC 7591 §3.2.1, RFC 7592 §3. Pure.

use serde_json::{Map, Value};

use super::draft::is_open;
use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::secret::Secret;
use crate::spec::client_metadata::{ENCRYPTION_DEFAULT, to_registered_json};
use crate::spec::issuer::Issuer;

/// Beside the metadata.
#[derive(Debug)]
pub struct Handed<'a> {
    /// A secret that was just made.
    pub secret: Option<&'a Secret<String>>,
    /// The registration access token, as it was just made or just presented.
    pub token: &'a Secret<String>,
}

/// The client information response. Settings that only administrators have are not in it.
pub fn information(client: &Client, issuer: &Issuer, handed: &Handed<'_>) -> Map<String, Value> {
    let told =
        |name: &str| is_open(name) || name.contains('#') || matches!(name, "client_id" | "client_id_issued_at" | "software_statement");
    let filled = |value: &Value| value.as_array().is_none_or(|items| !items.is_empty());
    let registered = to_registered_json(client).into_iter();
    let mut answer: Map<String, Value> = registered.filter(|(name, value)| told(name) && filled(value)).collect();
    // RFC 7591 §3.2.1: also what was "provisioned by the authorization server itself"; OIDC Registration §2 names the default.
    for kind in ["id_token", "userinfo", "authorization", "introspection"] {
        if answer.contains_key(&format!("{kind}_encrypted_response_alg")) {
            answer.entry(format!("{kind}_encrypted_response_enc")).or_insert_with(|| Value::from(ENCRYPTION_DEFAULT));
        }
    }
    if let Some(secret) = handed.secret {
        let expires = client.secrets.first().and_then(|secret| secret.expires_at).map_or(0, Timestamp::as_seconds);
        answer.insert("client_secret".to_owned(), Value::from(secret.expose().as_str()));
        // RFC 7591 §3.2.1: "REQUIRED if client_secret is issued", 0 if it does not expire.
        answer.insert("client_secret_expires_at".to_owned(), Value::from(expires));
    }
    answer.insert("registration_client_uri".to_owned(), Value::from(location(issuer, &client.client_id)));
    answer.insert("registration_access_token".to_owned(), Value::from(handed.token.expose().as_str()));
    answer
}

/// RFC 7592 §3: `registration_client_uri`.
pub fn location(issuer: &Issuer, client_id: &str) -> String {
    issuer.url(&format!("/oauth2/register/{client_id}"))
}
