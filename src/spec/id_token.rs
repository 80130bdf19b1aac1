//! The contents of an ID Token: OIDC Core §2 and §3.1.3.6, OIDC Front-Channel Logout §3 (`sid`).

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::client::ClientMetadata;
use crate::model::grant::Authentication;
use crate::spec::signing_algorithm::{self, Algorithm};

/// What an ID Token says. It has no `nbf`, and no `azp` since there is one audience (OIDC Core §2 has it for several).
#[derive(Clone, Debug)]
pub struct IdTokenClaims<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `sub`.
    pub subject: &'a str,
    /// `aud`: the client id.
    pub audience: &'a str,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `auth_time`, `acr` and `amr`.
    pub authentication: &'a Authentication,
    /// `sid`, as the client knows the session, if it does: see [`names_session`].
    pub sid: Option<String>,
    /// `nonce` of the request: "If present in the Authentication Request, Authorization Servers MUST include" it.
    pub nonce: Option<&'a str>,
    /// `at_hash`, when an access token comes with it.
    pub access_token_hash: Option<String>,
    /// `c_hash`, when a code comes with it: §3.3.2.11.
    pub code_hash: Option<String>,
    /// `s_hash`, when it comes by the browser: FAPI 1.0 Advanced §5.1.1.
    pub state_hash: Option<String>,
    /// Claims about the person. They never take the place of those above.
    pub extra: Map<String, Value>,
}

/// Whether ID Tokens of this client say `sid`, where there is a session. FAPI clients get it when they take part in logout: their tokens hold nothing that nobody reads.
pub fn names_session(client: &ClientMetadata) -> bool {
    let protocol = &client.protocol;
    !client.profile.is_fapi()
        || !client.post_logout_redirect_uris.is_empty()
        || protocol.backchannel_logout_uri.is_some()
        || protocol.frontchannel_logout_uri.is_some()
}

/// OIDC Registration §2: `id_token_signed_response_alg`, as far as the profile leaves it.
pub fn signed_with(client: &ClientMetadata) -> Algorithm {
    signing_algorithm::given(client.profile, client.id_token_signed_response_alg.as_deref())
}

/// Claims that are authy's to say, and never taken from what is known of a person.
const RESERVED: [&str; 15] =
    ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "c_hash", "s_hash", "nbf", "azp"];

/// The claims as they are signed.
impl Serialize for IdTokenClaims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let authentication = self.authentication;
        let texts = [
            ("nonce", self.nonce),
            ("acr", Some(authentication.acr.as_str()).filter(|acr| !acr.is_empty())),
            ("sid", self.sid.as_deref()),
            ("at_hash", self.access_token_hash.as_deref()),
            ("c_hash", self.code_hash.as_deref()),
            ("s_hash", self.state_hash.as_deref()),
        ];
        let mut claims = serializer.serialize_map(None)?;
        claims.serialize_entry("iss", self.issuer)?;
        claims.serialize_entry("sub", self.subject)?;
        claims.serialize_entry("aud", self.audience)?;
        claims.serialize_entry("exp", &self.expires_at.as_seconds())?;
        claims.serialize_entry("iat", &self.issued_at.as_seconds())?;
        if let Some(signed_in_at) = authentication.signed_in_at() {
            claims.serialize_entry("auth_time", &signed_in_at.as_seconds())?;
        }
        for (name, text) in texts {
            if let Some(text) = text {
                claims.serialize_entry(name, text)?;
            }
        }
        if !authentication.amr.is_empty() {
            claims.serialize_entry("amr", &authentication.amr)?;
        }
        for (name, value) in self.extra.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str())) {
            claims.serialize_entry(name, value)?;
        }
        claims.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(extra: &Value) -> Value {
        let authentication = Authentication {
            sid: "08a5019c".to_owned(),
            auth_time: Timestamp::from_micros(1_311_280_969_900_000),
            amr: vec!["pwd".to_owned()],
            acr: "urn:mace:incommon:iap:silver".to_owned(),
        };
        let claims = IdTokenClaims {
            issuer: "https://server.example.com",
            subject: "24400320",
            audience: "s6BhdRkqt3",
            issued_at: Timestamp::from_seconds(1_311_280_970),
            expires_at: Timestamp::from_seconds(1_311_281_970),
            authentication: &authentication,
            sid: Some("08a5019c".to_owned()),
            nonce: Some("n-0S6_WzA2Mj"),
            access_token_hash: None,
            code_hash: None,
            state_hash: None,
            extra: extra.as_object().unwrap().clone(),
        };
        serde_json::to_value(claims).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_comes_out() {
        assert_eq!(
            token(&json!({})),
            json!({
                "iss": "https://server.example.com", "sub": "24400320", "aud": "s6BhdRkqt3", "nonce": "n-0S6_WzA2Mj", "exp": 1_311_281_970,
                "iat": 1_311_280_970, "auth_time": 1_311_280_969, "acr": "urn:mace:incommon:iap:silver", "amr": ["pwd"], "sid": "08a5019c"
            })
        );
    }

    #[test]
    fn financial_clients_see_the_session_only_for_logout() {
        let mut client = ClientMetadata::default();
        assert!(names_session(&client));
        client.profile = crate::model::client::Profile::Fapi2;
        assert!(!names_session(&client));
        client.protocol.backchannel_logout_uri = Some("https://client.example.org/logout".to_owned());
        assert!(names_session(&client));
    }

    #[test]
    fn a_client_reads_what_it_registered_as_far_as_its_profile_leaves_it() {
        let mut client = ClientMetadata { id_token_signed_response_alg: Some("EdDSA".to_owned()), ..ClientMetadata::default() };
        assert_eq!(signed_with(&client), Algorithm::EdDSA);
        client.profile = crate::model::client::Profile::Fapi1;
        assert_eq!(signed_with(&client), Algorithm::PS256);
    }

    #[test]
    fn extra_claims_never_override_the_protocol() {
        let extra =
            json!({"iss": "x", "sub": "x", "aud": "x", "exp": 0, "nonce": "x", "at_hash": "x", "nbf": 0, "azp": "x", "name": "Ada"});
        let mut expected = token(&json!({}));
        expected["name"] = json!("Ada");
        assert_eq!(token(&extra), expected);
    }
}
