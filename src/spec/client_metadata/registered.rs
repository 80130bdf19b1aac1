//! A client under its registered names: RFC 7591 §2 and §3.2.1, OIDC Registration §2.

use serde_json::{Map, Value};

use super::settings::{access_token_format_name, id_token_claims_name};
use crate::model::client::{AuthMethod, Client};
use crate::spec::signing_algorithm;

/// The client's metadata as JSON, without any secret. Members that nobody set are left out; authy's own settings are always there.
pub fn to_registered_json(client: &Client) -> Map<String, Value> {
    let metadata = &client.metadata;
    // A confidential client that may use either secret method shows the default of RFC 7591 §2.
    let auth_method = metadata.auth_method.unwrap_or(AuthMethod::ClientSecretBasic);
    let default_alg = signing_algorithm::default_of(metadata.profile).as_str();
    let known = [
        ("client_id", Some(Value::from(client.client_id.as_str()))),
        ("client_name", Some(Value::from(client.name.as_str()))),
        ("client_id_issued_at", Some(Value::from(client.created_at.as_seconds()))),
        ("redirect_uris", Some(Value::from(metadata.redirect_uris.clone()))),
        ("post_logout_redirect_uris", Some(Value::from(metadata.post_logout_redirect_uris.clone()))),
        ("grant_types", Some(Value::from(metadata.grant_types.clone()))),
        ("response_types", Some(Value::from(metadata.response_types.clone()))),
        ("scope", Some(Value::from(metadata.scopes.join(" ")))),
        ("token_endpoint_auth_method", Some(Value::from(auth_method.as_str()))),
        ("id_token_signed_response_alg", Some(Value::from(metadata.id_token_signed_response_alg.as_deref().unwrap_or(default_alg)))),
        ("userinfo_signed_response_alg", metadata.userinfo_signed_response_alg.clone().map(Value::from)),
        ("default_max_age", metadata.default_max_age.map(Value::from)),
        ("client_uri", metadata.client_uri.clone().map(Value::from)),
        ("logo_uri", metadata.logo_uri.clone().map(Value::from)),
        ("policy_uri", metadata.policy_uri.clone().map(Value::from)),
        ("tos_uri", metadata.tos_uri.clone().map(Value::from)),
        ("contacts", Some(&metadata.contacts).filter(|contacts| !contacts.is_empty()).map(|contacts| Value::from(contacts.clone()))),
        ("profile", Some(Value::from(metadata.profile.as_str()))),
        ("require_pkce", Some(Value::from(metadata.require_pkce))),
        ("id_token_claims", Some(Value::from(id_token_claims_name(metadata.id_token_claims)))),
        ("access_token_format", Some(Value::from(access_token_format_name(metadata.access_token_format)))),
        ("default_resource", metadata.default_resource.clone().map(Value::from)),
        ("refresh_rotation", Some(Value::from(metadata.refresh_rotation))),
        ("skip_consent", Some(Value::from(metadata.skip_consent))),
        ("allowed_origins", Some(Value::from(metadata.allowed_origins.clone()))),
        ("access_token_lifetime", metadata.access_token_lifetime.map(Value::from)),
        ("id_token_lifetime", metadata.id_token_lifetime.map(Value::from)),
        ("refresh_token_lifetime", metadata.refresh_token_lifetime.map(Value::from)),
        ("origin", Some(Value::from(client.origin.as_str()))),
        ("enabled", Some(Value::from(client.enabled))),
        ("created_at", Some(Value::from(client.created_at.rfc3339()))),
        ("updated_at", Some(Value::from(client.updated_at.rfc3339()))),
    ];
    let mut json: Map<String, Value> = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let more = metadata.more.iter().map(|(name, value)| (name.clone(), value.clone()));
    for (name, value) in metadata.protocol.to_members().into_iter().chain(more) {
        json.entry(name).or_insert(value);
    }
    json
}
