//! The rule of [`super::admit`]. Pure.

use crate::accounts::browser::Browser;
use crate::model::session::Session;
use crate::model::user::User;
use crate::secret::TokenHash;

/// Why somebody does not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// They may sign in.
    NobodySignedIn,
    /// The person is no administrator.
    NotAdministrator,
    /// An administrator's browser without the Strict cookie: the request came by a link from another site.
    CameFromElsewhere,
    /// The session began before the person became an administrator, or the cookie is not the session's: they must sign in again.
    SignInAgain,
}

/// Both cookies must belong to one session of one administrator.
///
/// # Errors
/// The first thing that stands in the way.
pub fn may_enter(user: &User, session: &Session, browser: &Browser) -> Result<(), Stopped> {
    if !user.admin || !user.is_active() || user.subject != session.subject {
        return Err(Stopped::NotAdministrator);
    }
    let Some(expected) = session.admin_token_hash else { return Err(Stopped::SignInAgain) };
    match &browser.admin {
        None => Err(Stopped::CameFromElsewhere),
        Some(cookie) if TokenHash::of(cookie.expose()) == expected => Ok(()),
        Some(_) => Err(Stopped::SignInAgain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::secret::Secret;

    fn user(admin: bool) -> User {
        User {
            subject: "s".into(),
            username: "ada".into(),
            email: None,
            email_verified: false,
            name: None,
            claims: serde_json::Map::new(),
            groups: Vec::new(),
            admin,
            locked_at: None,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    fn session(admin_cookie: Option<&str>) -> Session {
        Session {
            id: uuid::Uuid::nil(),
            token_hash: TokenHash::of("se"),
            admin_token_hash: admin_cookie.map(TokenHash::of),
            subject: "s".into(),
            sid: "sid".into(),
            auth_time: Timestamp::default(),
            amr: Vec::new(),
            acr: String::new(),
            user_agent: String::new(),
            address: String::new(),
            created_at: Timestamp::default(),
            last_seen_at: Timestamp::default(),
            expires_at: Timestamp::default(),
            ended_at: None,
        }
    }

    fn browser(admin: Option<&str>) -> Browser {
        Browser { admin: admin.map(Secret::from), ..Browser::default() }
    }

    #[test]
    fn an_administrator_with_both_cookies_gets_in() {
        assert_eq!(may_enter(&user(true), &session(Some("sa")), &browser(Some("sa"))), Ok(()));
    }

    #[test]
    fn nobody_else_does() {
        let locked = User { locked_at: Some(Timestamp::default()), ..user(true) };
        let other = User { subject: "t".into(), ..user(true) };
        for (user, session, browser, why) in [
            (user(false), session(Some("sa")), browser(Some("sa")), Stopped::NotAdministrator),
            (locked, session(Some("sa")), browser(Some("sa")), Stopped::NotAdministrator),
            (other, session(Some("sa")), browser(Some("sa")), Stopped::NotAdministrator),
            (user(true), session(Some("sa")), browser(None), Stopped::CameFromElsewhere),
            (user(true), session(Some("sa")), browser(Some("sx")), Stopped::SignInAgain),
            (user(true), session(None), browser(Some("sa")), Stopped::SignInAgain),
            (user(true), session(None), browser(None), Stopped::SignInAgain),
        ] {
            assert_eq!(may_enter(&user, &session, &browser), Err(why));
        }
    }
}
