//! Browser sessions: found by cookie, made at sign-in, ended at sign-out. The id is new at every sign-in.

pub mod check;
pub mod state;

use std::sync::Arc;

use crate::accounts::browser::{Browser, shown_address};
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::failure::Failure;
use crate::model::session::Session;
use crate::model::user::User;
use crate::secret::{Secret, TokenHash};
use crate::spec::error::OAuthError;
use crate::spec::prompt::ACR_PASSWORD;
use crate::telemetry::audit::{self, Actor};

/// The cookies of a new session.
#[derive(Debug)]
pub struct Cookies {
    /// The session's secret.
    pub session: Secret<String>,
    /// The administration cookie's secret, for administrators.
    pub admin: Option<Secret<String>>,
    /// What clients' pages may ask about, when that is switched on.
    pub state: Option<Secret<String>>,
}

/// Who is signed in in this browser, if anybody.
///
/// # Errors
/// When the database is away: a person who is signed in must not be treated as a stranger.
pub async fn current(app: &App, browser: &Browser) -> Result<Option<SignedIn>, Failure> {
    let Some(cookie) = &browser.session else { return Ok(None) };
    let found = app.sql.session_by_token(&TokenHash::of(cookie.expose())).await?;
    signed_in(app, browser, found.map(Arc::new)).await
}

/// Who was signed in in this browser less than a second ago. For an authorization request alone, whose session is looked at again when
/// its code is redeemed; what is not redeemed, or outlives its session, asks [`still_lives`]. So nothing comes of a session that has
/// ended meanwhile on another node.
///
/// # Errors
/// As [`current`].
pub async fn remembered(app: &App, browser: &Browser) -> Result<Option<SignedIn>, Failure> {
    let Some(cookie) = &browser.session else { return Ok(None) };
    let found = app.session(&TokenHash::of(cookie.expose())).await?;
    signed_in(app, browser, found).await
}

/// Whether a session that was [`remembered`] lives, as SQL has it.
///
/// # Errors
/// When the database is away.
pub async fn still_lives(app: &App, session: &Session) -> Result<bool, Failure> {
    let found = app.sql.session_by_id(session.id).await?;
    Ok(found.is_some_and(|session| check::is_live(&session, app.now(), app.settings.lifetimes.session_idle)))
}

async fn signed_in(app: &App, browser: &Browser, found: Option<Arc<Session>>) -> Result<Option<SignedIn>, Failure> {
    let now = app.now();
    let Some(mut session) = found.filter(|session| check::is_live(session, now, app.settings.lifetimes.session_idle)) else {
        return Ok(None);
    };
    let Some(user) = app.user(&session.subject).await?.filter(|user| user.is_active()) else { return Ok(None) };
    if check::worth_writing(&session, now) {
        app.sql.touch_session(session.id, now).await?;
        session = Arc::new(Session { last_seen_at: now, ..(*session).clone() });
        app.remember_session(&session);
    }
    let state = state::of(app, &session.sid).filter(|state| browser.state.as_ref() == Some(state));
    Ok(Some(SignedIn { session, user, state }))
}

/// Starts a session for a person who has just proved who they are. One that the browser had before is replaced: ended if it was
/// somebody else's, renewed under a new id if it was their own, so that applications they use stay signed in.
///
/// `verified` is the hash of the password they proved it by. It may have waited its turn for a while: `None`, and nothing has changed, when
/// it is not that of their password any more, or they were locked meanwhile.
///
/// # Errors
/// When the database is away.
pub async fn start(
    app: &App,
    user: &Arc<User>,
    verified: &Secret<String>,
    browser: &Browser,
) -> Result<Option<(SignedIn, Cookies)>, Failure> {
    let now = app.now();
    let token = Secret::new(app.entropy.token("se_"));
    let admin = user.admin.then(|| Secret::new(app.entropy.token("sa_")));
    let previous = current(app, browser).await?;
    let session = Arc::new(Session {
        id: app.entropy.uuid(),
        token_hash: TokenHash::of(token.expose()),
        admin_token_hash: admin.as_ref().map(|token| TokenHash::of(token.expose())),
        subject: user.subject.clone(),
        sid: match &previous {
            Some(previous) if previous.user.subject == user.subject => previous.session.sid.clone(),
            _ => app.entropy.identifier(),
        },
        auth_time: now,
        amr: vec!["pwd".to_owned()],
        acr: ACR_PASSWORD.to_owned(),
        user_agent: browser.user_agent.clone(),
        address: shown_address(browser.address),
        created_at: now,
        last_seen_at: now,
        expires_at: now + app.settings.lifetimes.session_absolute,
        ended_at: None,
    });
    let event = |kind, subject| audit::event(app.entropy.as_ref(), now, kind, Actor::Person(&user.subject)).subject(subject).build();
    let started = event(audit::SESSION_STARTED, &user.subject);
    let begun = match &previous {
        Some(previous) if previous.user.subject == user.subject => {
            let ended = event(audit::SESSION_ENDED, &user.subject);
            app.sql.replace_session(previous.session.id, &session, verified, (&ended, &started)).await?
        }
        _ => app.sql.create_session(&session, verified, &started).await?,
    };
    if !begun {
        return Ok(None);
    }
    if let Some(previous) = previous {
        if previous.user.subject != user.subject {
            let ended = event(audit::SESSION_ENDED, &previous.user.subject);
            app.sql.end_session(previous.session.id, now, &ended).await?;
        }
        app.forget_approvals();
    }
    let state = state::of(app, &session.sid);
    Ok(Some((SignedIn { session, user: user.clone(), state: state.clone() }, Cookies { session: token, admin, state })))
}

/// What somebody reads whose password was replaced, or who was locked, in the moment in which they were to be signed in.
pub fn overtaken() -> Failure {
    let error = OAuthError::access_denied("This account has just been changed by somebody else. Sign in again.");
    error.because("the password was replaced, or the account locked, before a session could start").into()
}

/// A person ends a session of theirs, and with it every grant that does not outlive it.
///
/// # Errors
/// When the database is away.
pub async fn end(app: &App, session: &Session) -> Result<(), Failure> {
    let now = app.now();
    let event = audit::by_person(app.entropy.as_ref(), now, audit::SESSION_ENDED, &session.subject).build();
    app.sql.end_session(session.id, now, &event).await?;
    app.forget_approvals();
    Ok(())
}
