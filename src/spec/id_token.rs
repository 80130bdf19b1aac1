//! The contents of an ID Token: OIDC Core §2 and §3.1.3.6, OIDC Front-Channel Logout §3 (`sid`).

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::client::ClientMetadata;
use crate::model::grant::Authentication;

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
    /// `auth_time`, `acr`, `amr` and `sid`.
    pub authentication: &'a Authentication,
    /// Whether `sid` is among them: see [`names_session`].
    pub names_session: bool,
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

/// Whether ID Tokens of this client say `sid`. FAPI clients get it when they take part in logout: their tokens hold nothing that nobody reads.
pub fn names_session(client: &ClientMetadata) -> bool {
    let protocol = &client.protocol;
    !client.profile.is_fapi()
        || !client.post_logout_redirect_uris.is_empty()
        || protocol.backchannel_logout_uri.is_some()
        || protocol.frontchannel_logout_uri.is_some()
}

impl IdTokenClaims<'_> {
    /// The claims as they are signed.
    pub fn to_json(&self) -> Map<String, Value> {
        let authentication = self.authentication;
        let mut claims: Map<String, Value> = self
            .extra
            .iter()
            .filter(|(name, _)| *name != "nbf" && *name != "azp")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let protocol = [
            ("iss", Some(Value::from(self.issuer))),
            ("sub", Some(Value::from(self.subject))),
            ("aud", Some(Value::from(self.audience))),
            ("exp", Some(Value::from(self.expires_at.as_seconds()))),
            ("iat", Some(Value::from(self.issued_at.as_seconds()))),
            ("auth_time", Some(Value::from(authentication.auth_time.as_seconds()))),
            ("nonce", self.nonce.map(Value::from)),
            ("acr", Some(authentication.acr.as_str()).filter(|acr| !acr.is_empty()).map(Value::from)),
            ("amr", Some(&authentication.amr).filter(|amr| !amr.is_empty()).map(|amr| Value::from(amr.clone()))),
            ("sid", Some(authentication.sid.as_str()).filter(|sid| self.names_session && !sid.is_empty()).map(Value::from)),
            ("at_hash", self.access_token_hash.clone().map(Value::from)),
            ("c_hash", self.code_hash.clone().map(Value::from)),
            ("s_hash", self.state_hash.clone().map(Value::from)),
        ];
        for (name, value) in protocol {
            match value {
                Some(value) => claims.insert(name.to_owned(), value),
                None => claims.remove(name),
            };
        }
        claims
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
            names_session: true,
            nonce: Some("n-0S6_WzA2Mj"),
            access_token_hash: None,
            code_hash: None,
            state_hash: None,
            extra: extra.as_object().unwrap().clone(),
        };
        Value::Object(claims.to_json())
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
    fn extra_claims_never_override_the_protocol() {
        let extra =
            json!({"iss": "x", "sub": "x", "aud": "x", "exp": 0, "nonce": "x", "at_hash": "x", "nbf": 0, "azp": "x", "name": "Ada"});
        let mut expected = token(&json!({}));
        expected["name"] = json!("Ada");
        assert_eq!(token(&extra), expected);
    }
}
