//! A request under way, between the pages that a person sees. Before sign-in it travels sealed in the URL and belongs to the browser;
//! after sign-in it is kept in the key-value store and belongs to the session.

use std::time::Duration;

use uuid::Uuid;

use crate::accounts::browser::Browser;
use crate::app::App;
use crate::clock::Timestamp;
use crate::failure::Failure;
use crate::model::transaction::{Binding, Transaction};
use crate::sealing::{Purpose, Sealer};
use crate::secret::TokenHash;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::MAX_TARGET;
use crate::store::kv::transactions;

/// Where a person signs in for a request that is sealed: the rest of the URL.
pub const SIGN_IN: &str = "/login?t=";

const SEALED_PREFIX: &str = "tx_";
const HANDLE_PREFIX: &str = "th_";

/// Sign-in, account selection and consent may take one sign-in lifetime each.
const PAGES: u32 = 3;

/// The longest that a request can be under way, from its first page to its last.
pub const fn longest(app: &App) -> Duration {
    app.settings.lifetimes.login.saturating_mul(PAGES)
}

/// What a page finds when it asks for a parked request.
#[derive(Debug)]
pub enum Found<T> {
    /// It is there, and belongs to this very session.
    Here(T),
    /// Unknown, expired, or finished before: a form that was sent twice ends here.
    Gone,
    /// It belongs to another session.
    Foreign,
}

impl<T> Found<T> {
    /// What is there.
    ///
    /// # Errors
    /// Why it is not, for a page that would have shown something else.
    pub fn here<U>(self) -> Result<T, Found<U>> {
        match self {
            Self::Here(found) => Ok(found),
            Self::Gone => Err(Found::Gone),
            Self::Foreign => Err(Found::Foreign),
        }
    }
}

/// What a handle stands for.
pub type Parked = Found<Transaction>;

/// The request for the URL of a page before sign-in, bound to the browser's pre-session cookie.
///
/// # Errors
/// When the browser has no pre-session cookie: the caller must have given it one.
pub fn seal(app: &App, mut transaction: Transaction, browser: &Browser) -> Result<String, Failure> {
    let cookie =
        browser.pre_session_hash().ok_or_else(|| anyhow::anyhow!("a transaction was sealed for a browser without a pre-session cookie"))?;
    transaction.bound_to = Binding::Browser(cookie);
    let bytes = serde_json::to_vec(&transaction).map_err(anyhow::Error::from)?;
    Ok(app.sealer.seal_text(Purpose::Transaction, SEALED_PREFIX, &bytes, app.entropy.as_ref()))
}

/// Whether a browser can go to the page of [`SIGN_IN`] with the sealed request: a longer target is refused before anybody reads it.
///
/// # Errors
/// Never in practice: a request is plain data.
pub fn fits_into_a_url(app: &App, transaction: &Transaction) -> Result<bool, Failure> {
    // Every hash is as long as any other.
    let sealed_for_anybody = Transaction { bound_to: Binding::Browser(TokenHash::of("").hex()), ..transaction.clone() };
    let bytes = serde_json::to_vec(&sealed_for_anybody).map_err(anyhow::Error::from)?;
    let target = app.issuer.path().len() + SIGN_IN.len() + Sealer::text_length(SEALED_PREFIX, bytes.len());
    Ok(target <= MAX_TARGET)
}

/// The request that a URL brings back.
///
/// # Errors
/// When it is not one of ours, has expired, or was begun in another browser.
pub fn open(app: &App, sealed: &str, browser: &Browser) -> Result<Transaction, Refusal> {
    const START_AGAIN: OAuthError = OAuthError::invalid_request("This sign-in has expired or was begun in another browser.");
    let transaction = app
        .sealer
        .open_text(Purpose::Transaction, SEALED_PREFIX, sealed)
        .and_then(|bytes| serde_json::from_slice::<Transaction>(&bytes).ok())
        .ok_or_else(|| START_AGAIN.because("the sealed transaction does not open"))?;
    if has_expired(&transaction, app.now(), app.settings.lifetimes.login) {
        return Err(START_AGAIN.because("the transaction has expired"));
    }
    match (&transaction.bound_to, browser.pre_session_hash()) {
        (Binding::Browser(expected), Some(presented)) if *expected == presented => Ok(transaction),
        _ => Err(START_AGAIN.because("the transaction belongs to another browser")),
    }
}

/// Keeps a request for a session that is signed in; what is returned names it in URLs and forms, and is worth nothing elsewhere.
///
/// # Errors
/// When the store is away: a request that cannot be kept is refused.
pub async fn park(app: &App, mut transaction: Transaction, session: Uuid) -> Result<String, Failure> {
    transaction.bound_to = Binding::Session(session);
    let handle = app.entropy.token(HANDLE_PREFIX);
    transactions::save(&app.kv, &TokenHash::of(&handle), &transaction, app.settings.lifetimes.login).await?;
    Ok(handle)
}

/// Looks at a parked request without using it up.
///
/// # Errors
/// When the store is away.
pub async fn load(app: &App, handle: &str, session: Uuid) -> Result<Parked, Failure> {
    let found = transactions::load(&app.kv, &TokenHash::of(handle)).await?;
    sort(app, found, session).await
}

/// Takes a parked request: of many who try at once, one gets it. A foreign session does not use it up.
///
/// # Errors
/// When the store is away.
pub async fn take(app: &App, handle: &str, session: Uuid) -> Result<Parked, Failure> {
    match load(app, handle, session).await? {
        Parked::Here(_) => sort(app, transactions::take(&app.kv, &TokenHash::of(handle)).await?, session).await,
        unusable => Ok(unusable),
    }
}

async fn sort(app: &App, found: Option<Transaction>, session: Uuid) -> Result<Parked, Failure> {
    let Some(transaction) = found else { return Ok(Parked::Gone) };
    if has_expired(&transaction, app.now(), longest(app)) {
        return Ok(Parked::Gone);
    }
    let own = match transaction.bound_to {
        Binding::Session(bound) => bound == session || was_renewed(app, bound, session).await?,
        Binding::Browser(_) => false,
    };
    Ok(if own { Parked::Here(transaction) } else { Parked::Foreign })
}

/// The same person has signed in again in the same browser, in another tab: what waits in this one is still theirs.
async fn was_renewed(app: &App, before: Uuid, now: Uuid) -> Result<bool, Failure> {
    let (before, now) = (app.sql.session_by_id(before).await?, app.sql.session_by_id(now).await?);
    Ok(matches!((before, now), (Some(before), Some(now)) if before.subject == now.subject && before.sid == now.sid))
}

fn has_expired(transaction: &Transaction, now: Timestamp, lifetime: Duration) -> bool {
    now.since(transaction.started_at) >= lifetime
}
