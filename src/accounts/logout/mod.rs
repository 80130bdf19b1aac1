//! Signing out: the page that asks, and the page that says it is done. OIDC RP-Initiated Logout §2.

pub mod farewell;
pub mod http;
pub mod page;

use crate::accounts::browser::Browser;
use crate::accounts::client_card::ClientCard;
use crate::accounts::session;
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::endpoints::end_session::request::LogoutRequest;
use crate::endpoints::end_session::{self, Outcome};
use crate::failure::Failure;

/// Where the page is that says it is done.
pub const DONE: &str = "/logout/done";

/// What the page that asks shows.
#[derive(Debug)]
pub struct Question {
    /// Who is signed in in this browser.
    pub signed_in: Option<SignedIn>,
    /// Which application asks, if one does.
    pub client: Option<ClientCard>,
    /// Where the browser goes afterwards, if not to our own page.
    pub return_to: Option<String>,
}

impl Question {
    /// Without a session here and without one that a request names, there is nothing to ask.
    pub const fn is_moot(&self, request: &LogoutRequest) -> bool {
        self.signed_in.is_none() && request.sid.is_none()
    }
}

/// What to ask.
///
/// # Errors
/// When the database is away.
pub async fn question(app: &App, request: &LogoutRequest, browser: &Browser) -> Result<Question, Failure> {
    let client = match &request.client_id {
        Some(client_id) => app.client(client_id).await?.map(|client| ClientCard::of(&client)),
        None => None,
    };
    Ok(Question { signed_in: session::current(app, browser).await?, client, return_to: request.return_to.clone() })
}

/// Ends the session; where to go then.
///
/// # Errors
/// When the database is away.
pub async fn confirm(app: &App, sealed: Option<&str>, browser: &Browser) -> Result<String, Failure> {
    let request = sealed.map(|sealed| end_session::open(app, sealed)).unwrap_or_default();
    match end_session::confirmed(app, request, browser).await? {
        Outcome::SignedOut { ended, return_to } => farewell::next_stop(app, ended, return_to).await,
        Outcome::Confirm(_) => Ok(app.issuer.url(DONE)),
    }
}
