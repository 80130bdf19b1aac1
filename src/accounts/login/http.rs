//! `GET` and `POST /login`.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::LoginPage;
use super::{Attempt, Meanwhile, Outcome};
use crate::accounts::browser::shown_address;
use crate::accounts::http::{Bound, Visit};
use crate::accounts::{return_to, session, transaction};
use crate::app::App;
use crate::endpoints::authorize;
use crate::failure::Failure;
use crate::model::transaction::Transaction;
use crate::secret::Secret;
use crate::web::extract::FormBody;
use crate::web::page::NoticeKind;

/// One message for every reason, so that nobody learns which names exist.
const WRONG: &str = "The username or the password is not right.";

/// What the URL of the page asks for.
struct Asked {
    transaction: Option<Transaction>,
    action: String,
    return_to: String,
}

/// Shows the page; or goes on where somebody has signed in meanwhile, in another tab.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    let asked = match asked(&visit) {
        Ok(asked) => asked,
        Err(failure) => return visit.failure(failure),
    };
    let other_user = match &asked.transaction {
        Some(transaction) => match super::meanwhile(&app, transaction, &visit.browser).await {
            Ok(Meanwhile::GoneOn(answer)) => return visit.answer(*answer).await,
            Ok(Meanwhile::OtherUser) => true,
            Ok(Meanwhile::Nothing) => false,
            Err(failure) => return visit.failure(failure),
        },
        // Administration asks again in spite of a session: its own cookie is missing.
        None if asked.return_to.starts_with("/admin") => false,
        None => match session::current(&app, &visit.browser).await {
            Ok(Some(_)) => return visit.redirect(&asked.return_to),
            Ok(None) => false,
            Err(failure) => return visit.failure(failure),
        },
    };
    let notice = other_user.then_some((NoticeKind::Info, "The application asks for another account than the one that is signed in here."));
    page(&visit, &asked, Shown { notice, ..Shown::default() }).await
}

/// Verifies what was typed.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let form = match visit.form(&body, Bound::PreSession) {
        Ok(form) => form,
        Err(failure) => return visit.failure(failure),
    };
    let asked = match asked(&visit) {
        Ok(asked) => asked,
        Err(failure) => return visit.failure(failure),
    };
    let typed = form.get("username").unwrap_or_default().to_owned();
    let attempt = Attempt { username: super::typed(&typed), password: Secret::from(form.get("password").unwrap_or_default()) };
    let again = |status, text, wait| Shown { status, notice: Some((NoticeKind::Error, text)), typed: Some(typed.clone()), wait };
    match super::sign_in(&app, attempt, &visit.browser).await {
        Ok(Outcome::SignedIn(signed_in, cookies)) => {
            let visit = visit.signed_in(&cookies);
            match asked.transaction {
                Some(transaction) => {
                    let answer = authorize::resume(&app, transaction, &signed_in).await;
                    visit.answer(answer).await
                }
                None => visit.redirect(&asked.return_to),
            }
        }
        Ok(Outcome::Wrong) => {
            tracing::info!(address = shown_address(visit.browser.address), "refused a sign-in");
            page(&visit, &asked, again(StatusCode::UNAUTHORIZED, WRONG, None)).await
        }
        Ok(Outcome::Wait(wait)) => {
            tracing::warn!(address = shown_address(visit.browser.address), "slowed down sign-ins");
            let text = "Too many attempts. Wait a while, then try again.";
            page(&visit, &asked, again(StatusCode::TOO_MANY_REQUESTS, text, Some(wait))).await
        }
        Err(Failure::Busy(detail)) => {
            tracing::warn!(%detail, "a sign-in could not be taken");
            let text = "The server cannot take a sign-in right now. Try again in a moment.";
            page(&visit, &asked, again(StatusCode::SERVICE_UNAVAILABLE, text, Some(Duration::from_secs(2)))).await
        }
        Err(failure) => visit.failure(failure),
    }
}

fn asked(visit: &Visit) -> Result<Asked, Failure> {
    let query = visit.query()?;
    let transaction = match query.get("t") {
        Some(sealed) => Some(transaction::open(&visit.app, sealed, &visit.browser)?),
        None => None,
    };
    let return_to = return_to::check(query.get("return_to")).to_owned();
    let action = match (query.get("t"), query.get("return_to")) {
        (Some(sealed), _) => visit.url("/login", &[("t", sealed)]),
        (None, Some(_)) => visit.url("/login", &[("return_to", &return_to)]),
        (None, None) => visit.url("/login", &[]),
    };
    Ok(Asked { transaction, action, return_to })
}

/// What a page says besides its form.
struct Shown {
    status: StatusCode,
    notice: Option<(NoticeKind, &'static str)>,
    typed: Option<String>,
    wait: Option<Duration>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { status: StatusCode::OK, notice: None, typed: None, wait: None }
    }
}

async fn page(visit: &Visit, asked: &Asked, shown: Shown) -> HttpResponse {
    let welcome = match super::welcome(&visit.app, asked.transaction.as_ref()).await {
        Ok(welcome) => welcome,
        Err(failure) => return visit.failure(failure),
    };
    let mut page = visit.page(Bound::PreSession);
    if let Some((kind, text)) = shown.notice {
        page = page.with_notice(kind, text);
    }
    let template = LoginPage { page, client: welcome.client, username: shown.typed.unwrap_or(welcome.hint), action: asked.action.clone() };
    let mut response = visit.render_for(&template, shown.status, welcome.redirect_uri.as_deref());
    if let Some(wait) = shown.wait {
        Visit::retry_after(&mut response, wait);
    }
    response
}
