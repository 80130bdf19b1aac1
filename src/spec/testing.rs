//! Sample values for the unit tests of the rules: a client as in RFC 6749 §4.1.1, a person as in OIDC Core §5.3.2.

use serde_json::json;

use crate::clock::Timestamp;
use crate::model::client::{Client, ClientMetadata, ClientOrigin};
use crate::model::resource::Resource;
use crate::model::user::User;
use crate::spec::issuer::Issuer;

/// The issuer of the examples.
pub fn issuer() -> Issuer {
    Issuer::parse("https://server.example.com").unwrap()
}

/// A confidential client with one redirect URI.
pub fn client() -> Client {
    Client {
        client_id: "s6BhdRkqt3".to_owned(),
        name: "Example".to_owned(),
        origin: ClientOrigin::Administrator,
        enabled: true,
        metadata: ClientMetadata {
            redirect_uris: vec!["https://rp.example/cb".to_owned()],
            response_types: vec!["code".to_owned()],
            grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
            scopes: vec!["openid".to_owned(), "profile".to_owned()],
            refresh_rotation: true,
            ..ClientMetadata::default()
        },
        secrets: Vec::new(),
        created_at: Timestamp::from_seconds(1_700_000_000),
        updated_at: Timestamp::from_seconds(1_700_000_000),
    }
}

/// A resource of this name that takes any scope.
pub fn resource(uri: &str) -> Resource {
    Resource {
        uri: uri.to_owned(),
        name: String::new(),
        scopes: Vec::new(),
        signing_algorithm: "ES256".to_owned(),
        access_token_lifetime: None,
        introspection_clients: Vec::new(),
        created_at: Timestamp::from_seconds(0),
    }
}

/// Jane Doe.
pub fn user() -> User {
    let claims = json!({
        "given_name": "Jane", "family_name": "Doe", "birthdate": "0000-10-31", "phone_number": 15_551_234, "phone_number_verified": true,
        "address": {"formatted": "1 Main Street", "region": ""}, "nickname": " ", "picture": null, "immich_quota": 5,
        "sub": "forged", "email_verified": true, "groups": ["administrators"], "iss": "forged",
    });
    User {
        subject: "248289761001".to_owned(),
        username: "j.doe".to_owned(),
        email: Some("janedoe@example.com".to_owned()),
        email_verified: false,
        name: Some("Jane Doe".to_owned()),
        claims: claims.as_object().unwrap().clone(),
        groups: vec!["staff".to_owned()],
        admin: false,
        locked_at: None,
        created_at: Timestamp::from_seconds(1_700_000_000),
        updated_at: Timestamp::from_micros(1_700_000_001_500_000),
    }
}
