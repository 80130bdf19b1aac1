//! What access tokens say: authy's own sealed form, and the JWT profile of RFC 9068 §2.2.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::model::confirmation::Confirmation;
use crate::model::grant::Authentication;

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

/// The claims as they are signed. They are written at once, for a map of them would cost as much as the rest of the token but its signature.
#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    exp: i64,
    aud: Audience<'a>,
    sub: &'a str,
    client_id: &'a str,
    iat: i64,
    jti: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    acr: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Confirmation::is_none")]
    cnf: &'a Confirmation,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    authorization_details: &'a [Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<&'a Value>,
    /// The private claim that names the grant, so that revoking it ends the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<Uuid>,
}

/// RFC 7519 §4.1.3: one alone is a string.
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    One(&'a str),
    Several(&'a [String]),
}

/// The name of [`Written::gid`].
pub const GRANT_ID: &str = "gid";

impl Serialize for JwtClaims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (token, authentication) = (self.token, self.authentication);
        let shows_groups = token.grant_id().is_some() && token.scope.split(' ').any(|value| value == "groups");
        let written = Written {
            iss: self.issuer,
            exp: token.expires_at.as_seconds(),
            aud: match token.audience.as_slice() {
                [only] => Audience::One(only),
                several => Audience::Several(several),
            },
            sub: self.subject,
            client_id: &token.client_id,
            iat: token.issued_at.as_seconds(),
            jti: &token.jti,
            scope: &token.scope,
            auth_time: authentication.and_then(Authentication::signed_in_at).map(Timestamp::as_seconds),
            acr: authentication.map(|how| how.acr.as_str()).unwrap_or_default(),
            amr: authentication.map(|how| how.amr.as_slice()).unwrap_or_default(),
            groups: shows_groups.then_some(self.groups),
            cnf: &token.confirmation,
            authorization_details: &token.authorization_details,
            act: token.act.as_ref(),
            gid: token.grant_id(),
        };
        written.serialize(serializer)
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
            serde_json::to_value(claims).unwrap(),
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
        let claims = JwtClaims { issuer: "https://a", subject: token.subject(), token: &token, authentication: None, groups: &[] };
        let claims = serde_json::to_value(claims).unwrap();
        assert_eq!(claims["sub"], "s6BhdRkqt3");
        assert!(["gid", "groups", "auth_time", "acr", "amr"].iter().all(|name| claims.get(*name).is_none()));
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
