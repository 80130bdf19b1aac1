//! `GET` and `POST /account/sessions`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::Ended;
use super::page::SessionsPage;
use crate::accounts::http::Visit;
use crate::accounts::logout;
use crate::accounts::profile::http::{page, person, person_with_form};
use crate::app::App;
use crate::web::extract::FormBody;
use crate::web::page::NoticeKind;

const PATH: &str = "/account/sessions";

/// Lists where the person is signed in.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let signed_in = match person(&visit, PATH).await {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    let sessions = match super::list(&app, &signed_in).await {
        Ok(sessions) => sessions,
        Err(failure) => return visit.failure(failure),
    };
    let mut page = page(&visit, "sessions", &signed_in);
    if visit.was_saved() {
        page = page.with_notice(NoticeKind::Success, "That browser is signed out.");
    }
    visit.render(&SessionsPage::new(page, &sessions, signed_in.session.id), StatusCode::OK)
}

/// Ends one session.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (signed_in, form) = match person_with_form(&visit, PATH, &body).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let Some(id) = form.get("session").and_then(|id| Uuid::parse_str(id).ok()) else { return visit.incomplete("session") };
    match super::revoke(&app, id, &signed_in).await {
        Ok(Ended::Other) => visit.saved(PATH),
        Ok(Ended::This) => visit.signed_out().redirect(logout::DONE),
        Err(failure) => visit.failure(failure),
    }
}
