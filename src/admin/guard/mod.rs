//! Who may come in: an administrator in a browser that shows both cookies.
//!
//! The session cookie is Lax, so it also comes with a link from another site; the administration cookie is Strict and does not.

pub mod check;
pub mod page;

use crate::accounts::browser::Browser;
use crate::accounts::session;
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::failure::Failure;

pub use check::Stopped;

/// An administrator who is signed in and whose browser showed both cookies: only [`admit`] makes it.
#[derive(Debug)]
pub struct Administrator {
    signed_in: SignedIn,
}

impl Administrator {
    /// The session and the person.
    pub const fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }

    /// The administrator's `sub`, for the audit record.
    pub fn subject(&self) -> &str {
        &self.signed_in.user.subject
    }
}

/// Lets an administrator in, or says what stands in the way.
///
/// # Errors
/// When the database is away.
pub async fn admit(app: &App, browser: &Browser) -> Result<Result<Administrator, Stopped>, Failure> {
    let Some(signed_in) = session::current(app, browser).await? else { return Ok(Err(Stopped::NobodySignedIn)) };
    Ok(check::may_enter(&signed_in.user, &signed_in.session, browser).map(|()| Administrator { signed_in }))
}
