//! `GET` and `POST /login/select`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::Choice;
use super::page::SelectPage;
use crate::accounts::http::{Bound, Visit};
use crate::accounts::person::Person;
use crate::app::App;
use crate::endpoints::authorize::Answer;
use crate::web::extract::FormBody;

/// Where the page is.
pub const PATH: &str = "/login/select";

/// Shows who is signed in.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    page(&visit).await.unwrap_or_else(|instead| instead)
}

async fn page(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let (handle, signed_in) = visit.parked().await?;
    let offer = visit.found(super::offer(&visit.app, &handle, &signed_in).await)?;
    let action = visit.url(PATH, &[("t", &handle)]);
    let template = SelectPage { page: visit.page(Bound::Session), client: offer.client, person: Person::of(&signed_in.user), action };
    Ok(visit.render_for(&template, StatusCode::OK, Some(&offer.redirect_uri)))
}

/// Goes on with the chosen account.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    match answer(&visit, &body).await {
        Ok(answer) => visit.answer(answer).await,
        Err(instead) => instead,
    }
}

async fn answer(visit: &Visit, body: &FormBody) -> Result<Answer, HttpResponse> {
    let (handle, signed_in, form) = visit.parked_form(body).await?;
    let choice = match form.get("choice") {
        Some("continue") => Choice::Continue,
        Some("other") => Choice::Other,
        _ => return Err(visit.incomplete("choice")),
    };
    visit.found(super::choose(&visit.app, &handle, choice, &signed_in).await)
}
