//! Where a person is signed in.

pub mod device;
pub mod http;
pub mod page;

use uuid::Uuid;

use crate::accounts::session;
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::failure::Failure;
use crate::model::session::Session;

/// What came of ending a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// That of another browser, or one that was not there any more.
    Other,
    /// That of this very browser.
    This,
}

/// The live sessions of a person, this one first.
///
/// # Errors
/// When the database is away.
pub async fn list(app: &App, signed_in: &SignedIn) -> Result<Vec<Session>, Failure> {
    let idle = app.settings.lifetimes.session_idle;
    let mut sessions = app.sql.sessions_of(&signed_in.user.subject, app.now()).await?;
    sessions.retain(|session| session::check::is_live(session, app.now(), idle));
    sessions.sort_by_key(|session| (session.id != signed_in.session.id, std::cmp::Reverse(session.last_seen_at)));
    Ok(sessions)
}

/// Ends one of the person's own sessions; that of somebody else is not found.
///
/// # Errors
/// When the database is away.
pub async fn revoke(app: &App, id: Uuid, signed_in: &SignedIn) -> Result<Ended, Failure> {
    if let Some(found) = app.sql.session_by_id(id).await?.filter(|found| found.subject == signed_in.user.subject) {
        session::end(app, &found).await?;
    }
    Ok(if id == signed_in.session.id { Ended::This } else { Ended::Other })
}
