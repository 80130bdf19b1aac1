//! The answer of token introspection: RFC 7662 §2.2.

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::model::confirmation::Confirmation;

/// What a resource server learns about a token. Nothing but `active` is there for a token that is not active.
#[derive(Clone, Debug, PartialEq, Serialize, Default)]
pub struct Introspection {
    /// Whether the token can be used now.
    pub active: bool,
    /// Granted scope values between spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// To whom the token was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The person's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `Bearer` or `DPoP` for access tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// When it dies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The person, or the client itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// A string for one audience, an array for several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Value>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The token's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// To which keys it is bound: RFC 8705 §3.2, RFC 9449 §6.2.
    #[serde(rename = "cnf", skip_serializing_if = "Confirmation::is_none")]
    pub confirmation: Confirmation,
    /// Who acts: RFC 8693 §4.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Value>,
    /// When the person proved who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// What was granted in detail: RFC 9396 §9.2.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
}

impl Introspection {
    /// RFC 7662 §2.2: "the authorization server SHOULD NOT include any additional information about an inactive token, including why".
    pub fn inactive() -> Self {
        Self::default()
    }

    /// An active token with these times.
    pub fn active(issued_at: Timestamp, expires_at: Timestamp) -> Self {
        Self { active: true, iat: Some(issued_at.as_seconds()), exp: Some(expires_at.as_seconds()), ..Self::default() }
    }

    /// Sets `aud`; none is named when there is none.
    #[must_use]
    pub fn with_audience(mut self, audience: &[String]) -> Self {
        self.aud = match audience {
            [] => None,
            [only] => Some(Value::from(only.as_str())),
            several => Some(Value::from(several.to_vec())),
        };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_inactive_token_says_nothing_else() {
        assert_eq!(serde_json::to_value(Introspection::inactive()).unwrap(), json!({"active": false}));
    }

    #[test]
    fn an_active_token_says_what_is_known() {
        let answer = Introspection {
            client_id: Some("l238j323ds-23ij4".to_owned()),
            ..Introspection::active(Timestamp::from_seconds(1), Timestamp::from_seconds(2))
        };
        let one = answer.clone().with_audience(&["https://protected.example.net/resource".to_owned()]);
        assert_eq!(
            serde_json::to_value(one).unwrap(),
            json!({"active": true, "client_id": "l238j323ds-23ij4", "iat": 1, "exp": 2, "aud": "https://protected.example.net/resource"})
        );
        assert_eq!(answer.with_audience(&["a".to_owned(), "b".to_owned()]).aud, Some(json!(["a", "b"])));
    }
}
