//! What an ID Token tells about its sign-in: OIDC Core §2. Pure.

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::grant::Authentication;

/// The claims that lead to a grant.
#[derive(Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// `sub`.
    pub subject: &'a str,
    /// The only `aud`.
    pub audience: &'a str,
    /// `sid`; ID Tokens of FAPI clients without logout addresses have none.
    pub sid: Option<&'a str>,
    /// `auth_time`; ID Tokens of approvals without a sign-in have none.
    pub auth_time: Option<Timestamp>,
    /// `exp`.
    pub expires_at: Timestamp,
}

/// Reads them; a JWT of ours that lacks one is another kind of document.
///
/// # Errors
/// Which one is missing.
pub fn of_id_token(claims: &Map<String, Value>) -> Result<Told<'_>, &'static str> {
    let text = |name: &'static str| claims.get(name).and_then(Value::as_str).ok_or(name);
    let time = |name: &'static str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_seconds).ok_or(name);
    let (sid, auth_time) = (text("sid").ok(), time("auth_time").ok());
    if sid.is_none() && auth_time.is_none() {
        return Err("auth_time");
    }
    Ok(Told { subject: text("sub")?, audience: text("aud")?, sid, auth_time, expires_at: time("exp")? })
}

impl Told<'_> {
    /// Whether this is the sign-in that it tells of: `sid`, as the session's own, says so alone, and without one the moment of it.
    pub fn is_of(&self, authentication: &Authentication) -> bool {
        let moment = Timestamp::as_seconds;
        self.sid.map_or_else(|| self.auth_time.map(moment) == authentication.signed_in_at().map(moment), |sid| sid == authentication.sid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_without_a_sign_in_is_no_id_token() {
        let claims = json!({ "sub": "ada", "aud": "rp", "sid": "s", "exp": 5, "iat": 1, "auth_time": 1 });
        assert_eq!(of_id_token(claims.as_object().unwrap()).unwrap().sid, Some("s"));
        let without = |names: &[&str]| {
            let mut claims = claims.as_object().unwrap().clone();
            claims.retain(|name, _| !names.contains(&name.as_str()));
            of_id_token(&claims).map(|_| ()).map_err(str::to_owned)
        };
        for missing in ["sub", "aud", "exp"] {
            assert_eq!(without(&[missing]), Err(missing.to_owned()));
        }
        assert_eq!((without(&["sid"]), without(&["auth_time"])), (Ok(()), Ok(())), "one of the two tells the sign-in");
        assert_eq!(without(&["sid", "auth_time"]), Err("auth_time".to_owned()));
    }

    #[test]
    fn without_a_sid_the_sign_in_is_known_by_its_moment() {
        let authentication =
            Authentication { sid: "s".to_owned(), auth_time: Timestamp::from_seconds(1), amr: Vec::new(), acr: "1".to_owned() };
        let told = |sid, at| Told {
            subject: "ada",
            audience: "rp",
            sid,
            auth_time: Some(Timestamp::from_seconds(at)),
            expires_at: Timestamp::from_seconds(5),
        };
        assert!(told(Some("s"), 9).is_of(&authentication) && told(None, 1).is_of(&authentication));
        assert!(!told(Some("t"), 1).is_of(&authentication) && !told(None, 2).is_of(&authentication));
    }
}
