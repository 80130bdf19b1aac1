//! The end session endpoint: OIDC RP-Initiated Logout §2.

pub mod backchannel;
pub mod http;
pub mod request;

use std::sync::Arc;

use crate::accounts::browser::Browser;
use crate::accounts::session;
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::endpoints::id_token_hint;
use crate::failure::Failure;
use crate::model::client::Client;
use crate::model::session::Session;
use crate::sealing::Purpose;
use crate::spec::logout;
use crate::spec::params::Params;

use request::{Hint, LogoutRequest};

/// What happens to the browser.
#[derive(Debug)]
pub enum Outcome {
    /// Ask first: the request proves too little to end a session on its word.
    Confirm(LogoutRequest),
    /// Signed out; back to the client, or to our own page.
    SignedOut {
        /// `sid` of the session that ended, if one did: the browser may have more pages to open.
        ended: Option<String>,
        /// A registered `post_logout_redirect_uri` with its `state`.
        return_to: Option<String>,
    },
}

const PREFIX: &str = "lo_";

/// RP-Initiated Logout §2: read the hint, prove the return address, and end the session at once only if the hint is about the very
/// session of this browser. Everything else is confirmed first, or any page could sign people out.
///
/// # Errors
/// Shown to the person: without a proven address nobody is redirected.
pub async fn end_session(app: &App, raw: &str, browser: &Browser) -> Result<Outcome, Failure> {
    let asked = logout::LogoutRequest::check(&Params::parse(raw)?)?; // §2
    let hint = asked.id_token_hint.as_ref().map(|hint| id_token_hint::claims(app, hint.expose())).transpose()?;
    let hint = hint.as_ref().map(request::hint).transpose()?;
    let client_id = request::client_id(&asked, hint.as_ref())?;
    let registered = match &client_id {
        Some(client_id) => app.client(client_id).await?,
        None => None,
    };
    // A client that is switched off has given its people tokens, too.
    let hint = hint.map(|hint| Hint { sid: session_behind(app, hint.sid, registered.as_deref()), ..hint });
    let client = registered.filter(|client| client.enabled);
    let return_to = request::return_to(&asked, client.as_deref())?; // §3
    let signed_in = session::current(app, browser).await?;
    let about = match (&hint, &signed_in) {
        (None, _) => About::Unknown,
        (Some(_), None) => About::NobodyHere,
        (Some(hint), Some(signed_in)) if is_about(app, hint, client.as_deref(), signed_in) => About::ThisSession,
        (Some(hint), Some(signed_in)) if is_of(app, hint, client.as_deref(), signed_in) => About::ThisPerson,
        (Some(_), Some(_)) => About::SomebodyElse,
    };
    let request = LogoutRequest {
        client_id: client.as_ref().map(|client| client.client_id.clone()),
        return_to: return_to.filter(|_| is_legitimate(client.as_deref(), about)),
        sid: hint.as_ref().and_then(|hint| hint.sid.clone()),
        asked_at: app.now(),
    };
    match signed_in {
        Some(signed_in) if about == About::ThisSession => {
            session::end(app, &signed_in.session).await?;
            Ok(Outcome::SignedOut { ended: Some(signed_in.session.sid.clone()), return_to: request.return_to })
        }
        None if named_session(app, request.sid.as_deref()).await?.is_none() => {
            Ok(Outcome::SignedOut { ended: None, return_to: request.return_to })
        }
        _ => Ok(Outcome::Confirm(request)),
    }
}

/// The person confirmed: the session of this browser ends, or without one the session that the hint named.
///
/// # Errors
/// When the database is away.
pub async fn confirmed(app: &App, request: LogoutRequest, browser: &Browser) -> Result<Outcome, Failure> {
    let here = session::current(app, browser).await?.map(|signed_in| signed_in.session);
    let ended = match (here, &request.sid) {
        (Some(session), _) => Some(session),
        (None, Some(sid)) => named_session(app, Some(sid)).await?.map(Arc::new),
        (None, None) => None,
    };
    if let Some(session) = &ended {
        session::end(app, session).await?;
    }
    Ok(Outcome::SignedOut { ended: ended.map(|session| session.sid.clone()), return_to: request.return_to })
}

/// The request as it travels through the confirmation form: sealed, so that nobody can make one.
///
/// # Errors
/// Never in practice: the request is plain data.
pub fn seal(app: &App, request: &LogoutRequest) -> Result<String, Failure> {
    let bytes = serde_json::to_vec(request).map_err(anyhow::Error::from)?;
    Ok(app.sealer.seal_text(Purpose::Logout, PREFIX, &bytes, app.entropy.as_ref()))
}

/// The request that a confirmation form brings back; an old or foreign one is an empty one: signing out needs no request.
pub fn open(app: &App, sealed: &str) -> LogoutRequest {
    app.sealer
        .open_text(Purpose::Logout, PREFIX, sealed)
        .and_then(|bytes| serde_json::from_slice::<LogoutRequest>(&bytes).ok())
        .filter(|request| app.now().since(request.asked_at) < app.settings.lifetimes.login)
        .unwrap_or_default()
}

/// The `sid` says it alone: it is random, ours by the hint's signature, and never two people's. Without one, §2: whether the hint's person
/// is the one who is signed in.
fn is_about(app: &App, hint: &Hint, client: Option<&Client>, signed_in: &SignedIn) -> bool {
    match &hint.sid {
        Some(sid) => *sid == signed_in.session.sid,
        None => is_of(app, hint, client, signed_in),
    }
}

/// `sub` is the name that this client knows.
fn is_of(app: &App, hint: &Hint, client: Option<&Client>, signed_in: &SignedIn) -> bool {
    client.is_some_and(|client| app.subject_for(client, &signed_in.user.subject) == hint.subject)
}

/// The session's own `sid`, from the one that the client was shown.
fn session_behind(app: &App, shown: Option<String>, client: Option<&Client>) -> Option<String> {
    match (shown, client) {
        (Some(shown), Some(client)) => Some(app.sid_behind(client, &shown)),
        (shown, _) => shown,
    }
}

/// Whom the hint of a logout is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// There is no hint.
    Unknown,
    /// Nobody is signed in here, so whom the hint names is not.
    NobodyHere,
    /// The session of this browser.
    ThisSession,
    /// The person of this session, in another one: asked about, and theirs.
    ThisPerson,
    /// Another person than the one who is signed in here.
    SomebodyElse,
}

/// §3: without a hint "unless the OP has other means of confirming the legitimacy of the post-logout redirection target": somebody here has
/// to vouch for it, or every link to us could end at the page of whoever registered itself. A hint about another person proves as little,
/// and a click on the page that asks is about signing out, not about where the browser goes then.
fn is_legitimate(client: Option<&Client>, about: About) -> bool {
    matches!(about, About::NobodyHere | About::ThisSession | About::ThisPerson) || client.is_some_and(Client::is_vouched_for)
}

async fn named_session(app: &App, sid: Option<&str>) -> Result<Option<Session>, Failure> {
    let Some(sid) = sid else { return Ok(None) };
    let found = app.sql.session_by_sid(sid).await?;
    Ok(found.filter(|found| session::check::is_live(found, app.now(), app.settings.lifetimes.session_idle)))
}
