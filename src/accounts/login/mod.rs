//! Signing in with a username and a password.

pub mod http;
pub mod page;
pub mod throttle;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{try_join, try_join_all};

use crate::accounts::browser::Browser;
use crate::accounts::client_card::ClientCard;
use crate::accounts::session::{self, Cookies};
use crate::app::App;
use crate::endpoints::authorize::interaction::{Interaction, LoginReason};
use crate::endpoints::authorize::{self, Answer, SignedIn, open};
use crate::failure::Failure;
use crate::hashing::password;
use crate::model::transaction::Transaction;
use crate::model::user::{Password, User};
use crate::sealing::Purpose;
use crate::secret::Secret;
use crate::store::kv::throttle as counted;
use crate::telemetry::audit;
use crate::telemetry::metrics::LoginOutcome;

use throttle::Guess;

/// What somebody typed.
#[derive(Debug)]
pub struct Attempt {
    /// Username or e-mail address, see [`typed`].
    pub username: String,
    /// The password, of whatever length.
    pub password: Secret<String>,
}

/// What came of an attempt.
#[derive(Debug)]
pub enum Outcome {
    /// The person is who they say.
    SignedIn(Box<SignedIn>, Cookies),
    /// The pair does not fit, for whatever reason: nobody learns which.
    Wrong,
    /// Too many attempts: come back later. The password was not looked at.
    Wait(Duration),
}

/// What the page says before anybody signs in.
#[derive(Debug, Default)]
pub struct Welcome {
    /// The application that sent the person here.
    pub client: Option<ClientCard>,
    /// `login_hint`: OIDC Core §3.1.2.1.
    pub hint: String,
    /// Where the form may end, besides here.
    pub redirect_uri: Option<String>,
}

/// How usernames and e-mail addresses are kept and looked up: without the spaces around, in lower case.
pub fn typed(text: &str) -> String {
    text.trim().to_lowercase()
}

/// What the page shows for a request under way.
///
/// # Errors
/// When the request is not valid any more: its client has changed meanwhile.
pub async fn welcome(app: &App, transaction: Option<&Transaction>) -> Result<Welcome, Failure> {
    let Some(transaction) = transaction else { return Ok(Welcome::default()) };
    let opened = open::again(app, transaction).await?;
    let hint = opened.params.get("login_hint").unwrap_or_default();
    Ok(Welcome {
        client: Some(ClientCard::of(&opened.client)),
        hint: hint.chars().take(320).collect(),
        redirect_uri: Some(opened.path.redirect_uri().to_string()),
    })
}

/// What has happened since the page was shown, or since another tab was.
#[derive(Debug)]
pub enum Meanwhile {
    /// Nothing: sign in.
    Nothing,
    /// Somebody has signed in, but the application asks for somebody else.
    OtherUser,
    /// Somebody has signed in: this is what the application gets, or what comes next.
    GoneOn(Box<Answer>),
}

/// Somebody may have signed in in another tab: the request goes on then, unless it wants a sign-in of its own.
///
/// # Errors
/// When the database is away.
pub async fn meanwhile(app: &App, transaction: &Transaction, browser: &Browser) -> Result<Meanwhile, Failure> {
    let Some(signed_in) = session::current(app, browser).await? else { return Ok(Meanwhile::Nothing) };
    let answer = authorize::resume(app, transaction.clone(), &signed_in).await;
    Ok(match &answer {
        Answer::Interact(waiting) => match waiting.interaction {
            Interaction::Login(LoginReason::OtherUser) => Meanwhile::OtherUser,
            // Whoever is sent here to choose an account has asked for another one than the one that is signed in.
            Interaction::Login(_) | Interaction::SelectAccount => Meanwhile::Nothing,
            Interaction::Consent => Meanwhile::GoneOn(Box::new(answer)),
        },
        Answer::Page(..) | Answer::Return(..) => Meanwhile::GoneOn(Box::new(answer)),
    })
}

/// How often a password is looked at again that was replaced, or hashed anew, while it waited to be verified.
pub const LOOKS: usize = 3;

/// Count, look up, verify, start a session. Every refusal takes the same steps, so that it takes the same time.
///
/// # Errors
/// When a store is away, and when too many passwords wait to be verified.
pub async fn sign_in(app: &App, attempt: Attempt, browser: &Browser) -> Result<Outcome, Failure> {
    let outcome = try_sign_in(app, attempt, browser).await;
    match &outcome {
        Ok(Outcome::SignedIn(..)) => app.metrics.login(LoginOutcome::Succeeded),
        Ok(Outcome::Wrong) => app.metrics.login(LoginOutcome::Failed),
        Ok(Outcome::Wait(_)) => app.metrics.login(LoginOutcome::Throttled),
        Err(Failure::Busy(_)) => app.metrics.login(LoginOutcome::Busy),
        Err(Failure::Refused(_) | Failure::Broken(_)) => {}
    }
    outcome
}

async fn try_sign_in(app: &App, attempt: Attempt, browser: &Browser) -> Result<Outcome, Failure> {
    if let Some(wait) = admit(app, &attempt.username, browser.address).await? {
        return Ok(Outcome::Wait(wait));
    }
    for _ in 0..LOOKS {
        let found = app.sql.user_by_login(&attempt.username).await?;
        let (user, stored) = found.map_or((None, None), |(user, stored)| (Some(user), stored));
        let fits = fits(app, &attempt.password, stored.as_ref()).await?;
        let Some((user, stored)) = user.zip(stored).filter(|(user, _)| fits && user.is_active()) else { return Ok(Outcome::Wrong) };
        let verified = renew_hash(app, &user, &attempt.password, stored).await;
        forgive(app, &attempt.username, browser.address).await?;
        if let Some((signed_in, cookies)) = session::start(app, &Arc::new(user), &verified, browser).await? {
            return Ok(Outcome::SignedIn(Box::new(signed_in), cookies));
        }
    }
    Err(Failure::Busy("the password is replaced or hashed anew all the time".into()))
}

/// Counts a guess before it is looked at, so that a hundred at once count as a hundred. How long to wait, if it is one too many.
///
/// # Errors
/// When the store is away: guesses that cannot be counted are not taken.
pub async fn admit(app: &App, username: &str, address: Option<IpAddr>) -> Result<Option<Duration>, Failure> {
    let (username, network) =
        (&app.sealer.concealed(Purpose::Throttle, username), &app.sealer.concealed(Purpose::Throttle, &throttle::network(address)));
    let area = &app.sealer.concealed(Purpose::Throttle, &throttle::area(address));
    let known = counted::count(&app.kv, throttle::KNOWN, &throttle::pair_key(username, network)).await? > 0;
    let guess = Guess { username, network, area, known, now: app.now() };
    // The shortest window comes first, and what it turns away is no guess that the longer ones would count.
    for counter in throttle::counters(&guess) {
        let count = counted::bump(&app.kv, counter.kind, &counter.key, counter.window).await?;
        let succeeded = match counter.forgives {
            true => counted::count(&app.kv, throttle::SUCCEEDED, &counter.key).await?,
            false => 0,
        };
        if let Some(wait) = throttle::wait(&counter, count, succeeded, guess.now) {
            let spare = throttle::spare(&guess);
            let leaves_spare = throttle::leaves_spare(&counter, known);
            if leaves_spare && counted::bump(&app.kv, spare.kind, &spare.key, spare.window).await? <= spare.limit {
                continue;
            }
            app.metrics.throttled(counter.counts());
            return Ok(Some(if leaves_spare { wait.min(throttle::until_next_window(guess.now, spare.window)) } else { wait }));
        }
    }
    Ok(None)
}

/// What was right is not held against the person or the address, and the address is remembered as theirs.
///
/// # Errors
/// When the store is away.
pub async fn forgive(app: &App, username: &str, address: Option<IpAddr>) -> Result<(), Failure> {
    let (username, network, now) = (
        &app.sealer.concealed(Purpose::Throttle, username),
        &app.sealer.concealed(Purpose::Throttle, &throttle::network(address)),
        app.now(),
    );
    let guess = |known| Guess { username, network, area: network, known, now };
    let (of_stranger, of_known) = (throttle::counters(&guess(false)), throttle::counters(&guess(true)));
    let pair = throttle::pair_key(username, network);
    let cleared = of_stranger.iter().chain(&of_known).filter(|counter| throttle::is_of_pair(counter));
    let cleared = cleared.map(|counter| counted::clear(&app.kv, counter.kind, &counter.key));
    let remembered = counted::bump(&app.kv, throttle::KNOWN, &pair, throttle::REMEMBERED_FOR);
    // Asked together, they share one way to Redis and back.
    let (_, times) = try_join(try_join_all(cleared), remembered).await?;
    if times > 1 {
        return Ok(());
    }
    // Only strangers are counted at their address, so only they are given anything back there.
    let given_back = of_stranger.iter().filter(|counter| counter.forgives);
    let given_back = given_back.map(|counter| counted::bump(&app.kv, throttle::SUCCEEDED, &counter.key, counter.window));
    try_join_all(given_back).await.map(drop).map_err(Failure::from)
}

/// Whether a password fits. Without a stored one, and for one that is too long to be anybody's, a hash that nothing fits is worked
/// through instead: the answer takes as long.
///
/// # Errors
/// When too many passwords wait to be verified.
pub async fn fits(app: &App, password: &Secret<String>, stored: Option<&Password>) -> Result<bool, Failure> {
    let acceptable = password.expose().len() <= password::MAX_BYTES;
    let (candidate, hash, real) = match stored {
        Some(stored) if acceptable => (password.clone(), stored.hash.clone(), true),
        _ => (Secret::from("no password"), app.dummy_hash.clone(), false),
    };
    let cost = app.hash_cost;
    let verdict = app.hashing.run(move || password::verify_evenly(candidate.expose(), hash.expose(), cost)).await;
    verdict.map(|fits| fits && real).ok_or_else(busy)
}

/// The hash of a new password.
///
/// # Errors
/// When too many passwords wait to be hashed.
pub async fn hash(app: &App, password: &Secret<String>) -> Result<Password, Failure> {
    let (password, cost, entropy) = (password.clone(), app.hash_cost, app.entropy.clone());
    let hashed = app.hashing.run(move || password::hash(password.expose(), cost, entropy.as_ref())).await.ok_or_else(busy)?;
    let hash = hashed.map_err(|error| anyhow::anyhow!("a password could not be hashed: {error}"))?;
    Ok(Password { hash, changed_at: app.now() })
}

/// Old and imported hashes become ours when their owner comes by. That is a courtesy: where it does not work, the old one stays. Returns
/// the one that is stored now, unless somebody else has replaced it.
async fn renew_hash(app: &App, user: &User, password: &Secret<String>, stored: Password) -> Secret<String> {
    if !password::needs_rehash(stored.hash.expose(), app.hash_cost) {
        return stored.hash;
    }
    let Ok(renewed) = hash(app, password).await else { return stored.hash };
    let event = audit::event(app.entropy.as_ref(), app.now(), audit::PASSWORD_REHASHED, audit::Actor::System);
    let event = event.subject(&user.subject).build();
    match app.sql.renew_hash(&user.subject, (&stored.hash, &renewed.hash), &event).await {
        Ok(true) => renewed.hash,
        Ok(false) => stored.hash,
        Err(error) => {
            tracing::warn!(%error, "a password hash could not be renewed");
            stored.hash
        }
    }
}

fn busy() -> Failure {
    Failure::Busy("too many passwords wait to be verified".into())
}
