//! A client as the command line shows it: its registered metadata under the names of RFC 7591 §2, never a hash. Pure.

use serde_json::{Map, Value, json};

use crate::model::client::{Client, SecretHash};
use crate::secret::Secret;
use crate::spec::client_metadata::to_registered_json;

/// The metadata, and when each live secret was made.
pub fn client(client: &Client) -> Value {
    let mut shown = to_registered_json(client);
    let secrets = client.secrets.iter().map(|secret| {
        json!({
            "id": secret.id.to_string(),
            "created_at": secret.created_at.rfc3339(),
            "expires_at": secret.expires_at.map(crate::clock::Timestamp::rfc3339),
            "made_by": match secret.hash { SecretHash::Sha256(_) | SecretHash::Sealed(_) => "authy", SecretHash::Bcrypt(_) => "administrator" },
        })
    });
    shown.insert("secrets".to_owned(), Value::Array(secrets.collect()));
    Value::Object(shown)
}

/// RFC 7591 §3.2.1: the answer to a registration, the only one that has the secret.
pub fn registered(client: &Client, secret: Option<&Secret<String>>) -> Value {
    let mut shown: Map<String, Value> = to_registered_json(client);
    if let Some(secret) = secret {
        shown.insert("client_secret".to_owned(), Value::from(secret.expose().as_str()));
        shown.insert("client_secret_expires_at".to_owned(), Value::from(0));
    }
    Value::Object(shown)
}
