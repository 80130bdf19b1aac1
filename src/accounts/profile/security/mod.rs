//! A person's password.

pub mod http;
pub mod page;

use std::time::Duration;

use crate::accounts::browser::Browser;
use crate::accounts::login;
use crate::accounts::session::{self, Cookies};
use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::authorize::SignedIn;
use crate::failure::Failure;
use crate::hashing::password;
use crate::model::user::Password;
use crate::secret::Secret;
use crate::telemetry::audit;

/// What was typed.
#[derive(Debug)]
pub struct Change {
    /// The password as it is.
    pub current: Secret<String>,
    /// As it shall be.
    pub new: Secret<String>,
    /// The same again.
    pub repeated: Secret<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// Changed; this browser has a new session, every other one is signed out.
    Changed(Cookies),
    /// Something typed cannot be taken: the field, and what is wrong.
    Unfit(&'static str, &'static str),
    /// Too many guesses at the current password.
    Wait(Duration),
}

/// When the password was last changed; `None`: there is none.
///
/// # Errors
/// When the database is away.
pub async fn changed_at(app: &App, subject: &str) -> Result<Option<Timestamp>, Failure> {
    Ok(app.sql.password_of(subject).await?.map(|stored| stored.changed_at))
}

/// Check the new one, verify the current one, save, and sign everybody else out: whoever knew the old password is gone.
///
/// # Errors
/// When a store is away, and when too many passwords wait to be verified.
pub async fn change(app: &App, change: &Change, signed_in: &SignedIn, browser: &Browser) -> Result<Outcome, Failure> {
    if let Err(problem) = password::check(change.new.expose()) {
        return Ok(Outcome::Unfit("new_password", problem));
    }
    if change.new != change.repeated {
        return Ok(Outcome::Unfit("repeated_password", "The two new passwords differ."));
    }
    let user = &signed_in.user;
    if let Some(wait) = login::admit(app, &user.username, browser.address).await? {
        return Ok(Outcome::Wait(wait));
    }
    for _ in 0..login::LOOKS {
        let stored = app.sql.password_of(&user.subject).await?;
        let fits = login::fits(app, &change.current, stored.as_ref()).await?;
        let Some(stored) = stored.filter(|_| fits) else {
            return Ok(Outcome::Unfit("current_password", "This is not your current password."));
        };
        login::forgive(app, &user.username, browser.address).await?;
        let hashed = login::hash(app, &change.new).await?;
        if save(app, (&stored.hash, &hashed), signed_in).await? {
            let (_, cookies) = session::start(app, user, &hashed.hash, browser).await?.ok_or_else(session::overtaken)?;
            return Ok(Outcome::Changed(cookies));
        }
    }
    Err(Failure::Busy("the password is replaced or hashed anew all the time".into()))
}

/// Of two changes that verified the same password one is saved.
async fn save(app: &App, passwords: (&Secret<String>, &Password), signed_in: &SignedIn) -> Result<bool, Failure> {
    let (entropy, now, subject) = (app.entropy.as_ref(), app.now(), &signed_in.user.subject);
    let event = |kind| audit::by_person(entropy, now, kind, subject).build();
    let events = (&event(audit::PASSWORD_CHANGED), &event(audit::SESSION_ENDED));
    let saved = app.sql.change_password(subject, passwords, signed_in.session.id, events).await?;
    app.forget_approvals();
    Ok(saved)
}
