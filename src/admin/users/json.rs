//! A user and a session as the command line and the interface for programs show them. Pure.

use serde_json::{Value, json};

use crate::model::user::User;

/// `{sub, username, email, email_verified, name, groups, admin, locked, created_at}` and nothing else: programs compare it as a whole.
pub fn user(user: &User) -> Value {
    json!({
        "sub": user.subject,
        "username": user.username,
        "email": user.email,
        "email_verified": user.email_verified,
        "name": user.name,
        "groups": user.groups,
        "admin": user.admin,
        "locked": !user.is_active(),
        "created_at": user.created_at.rfc3339(),
    })
}

/// The same for people to read, with the other claims when there are any.
pub fn user_with_claims(shown: &User) -> Value {
    let mut object = user(shown);
    if let (Some(members), false) = (object.as_object_mut(), shown.claims.is_empty()) {
        members.insert("claims".to_owned(), Value::Object(shown.claims.clone()));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn a_user_is_shown_with_exactly_the_agreed_members() {
        let ada = User {
            subject: "abcdefghijklmnopqrst".into(),
            username: "ada".into(),
            email: None,
            email_verified: false,
            name: Some("Ada".into()),
            claims: serde_json::Map::from_iter([("nickname".to_owned(), json!("A"))]),
            groups: vec!["staff".into()],
            admin: false,
            locked_at: Some(Timestamp::from_seconds(1)),
            created_at: Timestamp::from_seconds(0),
            updated_at: Timestamp::from_seconds(0),
        };
        let expected = json!({
            "sub": "abcdefghijklmnopqrst", "username": "ada", "email": null, "email_verified": false, "name": "Ada",
            "groups": ["staff"], "admin": false, "locked": true, "created_at": "1970-01-01T00:00:00Z",
        });
        assert_eq!(user(&ada), expected);
        assert_eq!(user_with_claims(&ada)["claims"], json!({"nickname": "A"}));
    }
}
