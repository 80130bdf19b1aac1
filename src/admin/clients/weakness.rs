//! Settings of a client that are weaker than they could be. Pure.

use crate::model::client::{Client, Profile};

/// One weakened setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// What is weaker, in a sentence.
    pub what: &'static str,
    /// How to make it stronger.
    pub mend: &'static str,
}

/// Every weakened setting of a client.
pub fn of(client: &Client) -> Vec<Weakness> {
    let metadata = &client.metadata;
    let signs_in = client.may_use_grant_type("authorization_code");
    let mut found = Vec::new();
    if signs_in && !metadata.require_pkce && !client.is_public() {
        found.push(Weakness {
            what: "PKCE is not required, so a stolen code is stopped by the client secret alone (RFC 9700 §2.1.1).",
            mend: "Switch “Require PKCE” on once the application sends a code challenge.",
        });
    }
    if metadata.profile == Profile::Legacy {
        found.push(Weakness {
            what: "The legacy profile allows older ways to sign in that leak tokens more easily.",
            mend: "Switch to the profile oauth21 once the application uses the code flow.",
        });
    }
    if client.may_use_grant_type("refresh_token") && !metadata.refresh_rotation {
        found.push(Weakness {
            what: "Refresh tokens are not replaced when used, so a stolen one is not noticed (RFC 9700 §4.14).",
            mend: "Switch “Rotate refresh tokens” on unless the application cannot store a new one.",
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::model::client::{AuthMethod, ClientMetadata, ClientOrigin};

    fn client(metadata: ClientMetadata) -> Client {
        Client {
            client_id: "c".into(),
            name: "C".into(),
            origin: ClientOrigin::Administrator,
            enabled: true,
            metadata,
            secrets: Vec::new(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn a_confidential_client_without_pkce_is_weakened_and_a_service_is_not() {
        let code = ClientMetadata { grant_types: vec!["authorization_code".into()], refresh_rotation: true, ..ClientMetadata::default() };
        assert_eq!(of(&client(code.clone())).len(), 1);
        assert!(of(&client(ClientMetadata { require_pkce: true, ..code.clone() })).is_empty());
        assert!(of(&client(ClientMetadata { auth_method: Some(AuthMethod::None), ..code })).is_empty());
        let service = ClientMetadata { grant_types: vec!["client_credentials".into()], ..ClientMetadata::default() };
        assert!(of(&client(service)).is_empty());
    }

    #[test]
    fn the_legacy_profile_and_lasting_refresh_tokens_are_named() {
        let weak = ClientMetadata {
            grant_types: vec!["authorization_code".into(), "refresh_token".into()],
            require_pkce: true,
            profile: Profile::Legacy,
            ..ClientMetadata::default()
        };
        assert_eq!(of(&client(weak)).len(), 2);
    }
}
