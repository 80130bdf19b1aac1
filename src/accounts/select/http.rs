//! `GET` and `POST /login/select`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::Choice;
use super::page::SelectPage;
use crate::accounts::consent::Found;
use crate::accounts::http::{Bound, Visit};
use crate::accounts::person::Person;
use crate::app::App;
use crate::web::extract::FormBody;

/// Where the page is.
pub const PATH: &str = "/login/select";

/// Shows who is signed in.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (handle, signed_in) = match visit.parked().await {
        Ok(parked) => parked,
        Err(response) => return response,
    };
    match super::offer(&app, &handle, &signed_in).await {
        Ok(Found::Here(offer)) => {
            let page = visit.page(Bound::Session);
            let action = visit.url(PATH, &[("t", &handle)]);
            let template = SelectPage { page, client: offer.client, person: Person::of(&signed_in.user), action };
            visit.render_for(&template, StatusCode::OK, Some(&offer.redirect_uri))
        }
        Ok(Found::Gone) => visit.gone(),
        Ok(Found::Foreign) => visit.foreign(),
        Err(failure) => visit.failure(failure),
    }
}

/// Goes on with the chosen account.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    let (handle, signed_in) = match visit.parked().await {
        Ok(parked) => parked,
        Err(response) => return response,
    };
    let form = match visit.form(&body, Bound::Session) {
        Ok(form) => form,
        Err(failure) => return visit.failure(failure),
    };
    let choice = match form.get("choice") {
        Some("continue") => Choice::Continue,
        Some("other") => Choice::Other,
        _ => return visit.incomplete("choice"),
    };
    match super::choose(&app, &handle, choice, &signed_in).await {
        Ok(Found::Here(answer)) => visit.answer(answer).await,
        Ok(Found::Gone) => visit.gone(),
        Ok(Found::Foreign) => visit.foreign(),
        Err(failure) => visit.failure(failure),
    }
}
