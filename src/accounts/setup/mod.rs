//! The first administrator, made with a one-time link that the server prints when it starts.

pub mod check;
pub mod http;
pub mod page;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;

use crate::accounts::browser::Browser;
use crate::accounts::login;
use crate::accounts::session::{self, Cookies};
use crate::app::App;
use crate::failure::Failure;
use crate::hashing::password;
use crate::model::user::User;
use crate::secret::{Secret, TokenHash};
use crate::store::sql::Created;
use crate::telemetry::audit;

use check::StoredLink;

/// Begins the name of every stored link.
const SETTING: &str = "setup_token:";
const LOCK: &str = "setup";
const LOCKED_FOR: Duration = Duration::from_secs(60);

/// What was typed.
#[derive(Debug, Default)]
pub struct Form {
    /// `email`
    pub email: String,
    /// `username`
    pub username: String,
    /// `password`
    pub password: Secret<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// The administrator exists and is signed in.
    Made(Cookies),
    /// The link does not work (any more).
    Dead,
    /// Something typed cannot be taken.
    Unfit(Vec<Problem>),
}

/// A field that cannot be taken, and what is wrong.
pub type Problem = (&'static str, &'static str);

/// A new link for this start of the server, while there is no administrator. Links of other starts live on until there is one: nodes
/// that start together all print theirs.
///
/// # Errors
/// When the database is away.
pub async fn new_link(app: &App) -> Result<Option<String>, Failure> {
    if app.sql.administrator_exists().await? {
        app.sql.delete_settings(SETTING).await?;
        return Ok(None);
    }
    let token = app.entropy.token("su_");
    let link = StoredLink { expires_at: app.now() + app.settings.lifetimes.setup_link };
    app.sql.put_setting(&name(&token), &serde_json::to_string(&link).map_err(anyhow::Error::from)?).await?;
    Ok(Some(app.issuer.url(&format!("/setup?token={token}"))))
}

/// Of the token only its hash is stored, as a part of the name: what is looked up by a hash needs no comparison in constant time.
fn name(token: &str) -> String {
    format!("{SETTING}{}", TokenHash::of(token).hex())
}

/// Whether a link still works.
///
/// # Errors
/// When the database is away.
pub async fn is_alive(app: &App, token: &str) -> Result<bool, Failure> {
    let stored = app.sql.setting(&name(token)).await?.and_then(|text| serde_json::from_str::<StoredLink>(&text).ok());
    let opens = stored.is_some_and(|stored| app.now() < stored.expires_at);
    Ok(opens && !app.sql.administrator_exists().await?)
}

/// Makes the first administrator and signs them in. Of several who try at once, one does.
///
/// # Errors
/// When a store is away.
pub async fn make(app: &App, token: &str, form: &Form, browser: &Browser) -> Result<Outcome, Failure> {
    if !is_alive(app, token).await? {
        return Ok(Outcome::Dead);
    }
    let names = match fit(form) {
        Ok(names) => names,
        Err(problems) => return Ok(Outcome::Unfit(problems)),
    };
    let password = login::hash(app, &form.password).await?;
    if !app.kv.put_new(LOCK, b"", LOCKED_FOR).await? {
        return Err(Failure::Busy("another setup is under way".into()));
    }
    let made = create(app, token, names, &password).await;
    app.kv.delete(LOCK).await?;
    let user = match made? {
        Ok(user) => user,
        Err(outcome) => return Ok(outcome),
    };
    let (_, cookies) = session::start(app, &Arc::new(user), &password.hash, browser).await?.ok_or_else(session::overtaken)?;
    Ok(Outcome::Made(cookies))
}

/// The username and the e-mail address; or every field that cannot be taken.
fn fit(form: &Form) -> Result<(String, String), Vec<Problem>> {
    match (check::email(&form.email), check::username(&form.username), password::check(form.password.expose())) {
        (Ok(email), Ok(username), Ok(())) => Ok((username, email)),
        (email, username, password) => {
            let problems = [("email", email.err()), ("username", username.err()), ("password", password.err())];
            Err(problems.into_iter().filter_map(|(field, problem)| Some((field, problem?))).collect())
        }
    }
}

/// Asks again under the lock whether the link lives, and saves.
async fn create(
    app: &App,
    token: &str,
    (username, email): (String, String),
    password: &crate::model::user::Password,
) -> Result<Result<User, Outcome>, Failure> {
    if !is_alive(app, token).await? {
        return Ok(Err(Outcome::Dead));
    }
    let now = app.now();
    let user = User {
        subject: app.entropy.identifier(),
        username,
        email: Some(email),
        email_verified: false,
        name: None,
        claims: Map::new(),
        groups: Vec::new(),
        admin: true,
        locked_at: None,
        created_at: now,
        updated_at: now,
    };
    let event = audit::by_person(app.entropy.as_ref(), now, audit::SETUP_DONE, &user.subject).build();
    match app.sql.create_user(&user, Some(password), &event).await? {
        Created::Done => {
            app.sql.delete_settings(SETTING).await?;
            Ok(Ok(user))
        }
        Created::Exists("email") => Ok(Err(Outcome::Unfit(vec![("email", "Somebody has this e-mail address already.")]))),
        Created::Exists(_) => Ok(Err(Outcome::Unfit(vec![("username", "Somebody has this username already.")]))),
    }
}
