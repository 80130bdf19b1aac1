//! What access tokens say: authy's own sealed form, and the JWT profile of RFC 9068 §2.2.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::model::confirmation::Confirmation;
use crate::model::grant::Authentication;
use crate::spec::scope::Scope;

/// For whom a token stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Holder {
    /// A person who approved; the token dies with the grant.
    User {
        /// The grant that the token hangs from.
        grant_id: Uuid,
        /// `sub`.
        subject: String,
    },
    /// The client itself: RFC 6749 §4.4.
    Client,
}

/// The contents of an opaque access token, which are sealed and read by authy alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpaqueClaims {
    /// For whom it stands.
    #[serde(flatten)]
    pub holder: Holder,
    /// To whom it was issued.
    pub client_id: String,
    /// Granted scope values between spaces.
    pub scope: String,
    /// Resources it is for (RFC 8707); none: authy's own endpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it dies.
    pub expires_at: Timestamp,
    /// Its own random name, by which it can be revoked.
    pub jti: String,
    /// To which keys it is bound: RFC 7800 §3.1.
    #[serde(default, rename = "cnf", skip_serializing_if = "Confirmation::is_none")]
    pub confirmation: Confirmation,
    /// What was granted in detail: RFC 9396 §9.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
    /// Who acts for whom it stands: RFC 8693 §4.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Value>,
}

impl OpaqueClaims {
    /// The grant it hangs from, when a person approved.
    pub const fn grant_id(&self) -> Option<Uuid> {
        match self.holder {
            Holder::User { grant_id, .. } => Some(grant_id),
            Holder::Client => None,
        }
    }

    /// RFC 9068 §2.2: the person, or the client when it acts for itself.
    pub fn subject(&self) -> &str {
        match &self.holder {
            Holder::User { subject, .. } => subject,
            Holder::Client => &self.client_id,
        }
    }
}

/// The contents of a JWT access token: RFC 9068 §2.2.
#[derive(Clone, Debug)]
pub struct JwtClaims<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `sub`, as the client knows the person: OIDC Core §8.
    pub subject: &'a str,
    /// Whose token it is and what for: the same as in the sealed form.
    pub token: &'a OpaqueClaims,
    /// `auth_time`, `acr`, `amr`: RFC 9068 §2.2.1.
    pub authentication: Option<&'a Authentication>,
    /// `groups`, sent when that scope is granted: RFC 9068 §2.2.3.1.
    pub groups: &'a [String],
}

/// The private claim that names the grant, so that revoking it ends the token.
pub const GRANT_ID: &str = "gid";

impl JwtClaims<'_> {
    /// The claims as they are signed.
    pub fn to_json(&self) -> Map<String, Value> {
        let token = self.token;
        let audience = match token.audience.as_slice() {
            [only] => Value::from(only.as_str()),
            several => Value::from(several.to_vec()),
        };
        let granted: Scope = token.scope.split(' ').collect();
        let authentication = self.authentication;
        [
            ("iss", Some(Value::from(self.issuer))),
            ("exp", Some(Value::from(token.expires_at.as_seconds()))),
            ("aud", Some(audience)),
            ("sub", Some(Value::from(self.subject))),
            ("client_id", Some(Value::from(token.client_id.as_str()))),
            ("iat", Some(Value::from(token.issued_at.as_seconds()))),
            ("jti", Some(Value::from(token.jti.as_str()))),
            ("scope", Some(token.scope.as_str()).filter(|scope| !scope.is_empty()).map(Value::from)),
            ("auth_time", authentication.map(|how| Value::from(how.auth_time.as_seconds()))),
            ("acr", authentication.filter(|how| !how.acr.is_empty()).map(|how| Value::from(how.acr.as_str()))),
            ("amr", authentication.filter(|how| !how.amr.is_empty()).map(|how| Value::from(how.amr.clone()))),
            ("groups", (token.grant_id().is_some() && granted.contains("groups")).then(|| Value::from(self.groups.to_vec()))),
            ("cnf", (!token.confirmation.is_none()).then(|| serde_json::to_value(&token.confirmation).unwrap_or_default())),
            (
                "authorization_details",
                Some(&token.authorization_details).filter(|details| !details.is_empty()).map(|details| Value::from(details.clone())),
            ),
            ("act", token.act.clone()),
            (GRANT_ID, token.grant_id().map(|id| Value::from(id.to_string()))),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn token(holder: Holder) -> OpaqueClaims {
        OpaqueClaims {
            holder,
            client_id: "s6BhdRkqt3".to_owned(),
            scope: "openid groups".to_owned(),
            audience: vec!["https://rs.example.com/".to_owned()],
            issued_at: Timestamp::from_seconds(1_618_354_090),
            expires_at: Timestamp::from_seconds(1_639_528_912),
            jti: "dbe39bf3a3ba4238a513f51d6e1691c4".to_owned(),
            confirmation: Confirmation::default(),
            authorization_details: Vec::new(),
            act: None,
        }
    }

    #[test]
    fn a_token_of_a_person_names_the_grant_and_the_sign_in() {
        let token = token(Holder::User { grant_id: Uuid::nil(), subject: "5ba552d67".to_owned() });
        let how = Authentication {
            sid: "s".to_owned(),
            auth_time: Timestamp::from_seconds(1_618_354_000),
            amr: vec!["pwd".to_owned()],
            acr: "1".to_owned(),
        };
        let claims = JwtClaims {
            issuer: "https://authorization-server.example.com/",
            subject: token.subject(),
            token: &token,
            authentication: Some(&how),
            groups: &["staff".to_owned()],
        };
        assert_eq!(
            Value::Object(claims.to_json()),
            json!({
                "iss": "https://authorization-server.example.com/", "sub": "5ba552d67", "aud": "https://rs.example.com/", "exp": 1_639_528_912,
                "iat": 1_618_354_090, "jti": "dbe39bf3a3ba4238a513f51d6e1691c4", "client_id": "s6BhdRkqt3", "scope": "openid groups",
                "auth_time": 1_618_354_000, "acr": "1", "amr": ["pwd"], "groups": ["staff"], "gid": "00000000-0000-0000-0000-000000000000"
            })
        );
    }

    #[test]
    fn a_token_of_a_client_is_about_the_client_itself() {
        let token = token(Holder::Client);
        let claims =
            JwtClaims { issuer: "https://a", subject: token.subject(), token: &token, authentication: None, groups: &[] }.to_json();
        assert_eq!(claims["sub"], "s6BhdRkqt3");
        assert!(["gid", "groups", "auth_time", "acr", "amr"].iter().all(|name| !claims.contains_key(*name)));
    }

    #[test]
    fn the_sealed_form_round_trips() {
        for holder in [Holder::Client, Holder::User { grant_id: Uuid::nil(), subject: "5ba552d67".to_owned() }] {
            let token = token(holder);
            let text = serde_json::to_vec(&token).unwrap();
            assert_eq!(serde_json::from_slice::<OpaqueClaims>(&text).unwrap(), token);
        }
    }
}
