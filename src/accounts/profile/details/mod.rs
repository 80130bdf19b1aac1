//! Who a person is: the claims they may say about themselves.

pub mod fields;
pub mod http;
pub mod page;

use crate::app::App;
use crate::failure::Failure;
use crate::model::user::User;
use crate::spec::error::OAuthError;
use crate::spec::params::Params;
use crate::telemetry::audit;

use fields::{Edited, Problem};

/// The person as stored, not as cached: what is edited must be what is there.
///
/// # Errors
/// When the database is away, or the account was deleted meanwhile.
pub async fn load(app: &App, subject: &str) -> Result<User, Failure> {
    let found = app.sql.user_by_subject(subject).await?;
    found.ok_or_else(|| OAuthError::access_denied("This account does not exist any more.").into())
}

/// How often what was typed is put into what somebody else has changed meanwhile.
const TRIES: usize = 3;

/// Check and save: what was typed, into the person as they are when it is saved.
///
/// # Errors
/// When the database is away.
pub async fn save(app: &App, subject: &str, form: &Params) -> Result<Result<(), Vec<Problem>>, Failure> {
    for _ in 0..TRIES {
        let before = load(app, subject).await?;
        let Edited { name, claims } = match fields::edited(form, &before.claims) {
            Ok(edited) => edited,
            Err(problems) => return Ok(Err(problems)),
        };
        let after = User { name, claims, ..before };
        let event = audit::by_person(app.entropy.as_ref(), app.now(), audit::USER_UPDATED, subject).build();
        if app.sql.save_profile(&after, &event).await? {
            app.forget_user(subject);
            return Ok(Ok(()));
        }
    }
    Err(Failure::Busy("others change this person all the time".into()))
}
