//! `GET /account`, `GET` and `POST /account/profile`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::ProfilePage;
use crate::accounts::http::Visit;
use crate::accounts::profile::http::{page, person, person_with_form};
use crate::app::App;
use crate::web::extract::FormBody;
use crate::web::page::{FieldErrors, NoticeKind};

const PATH: &str = "/account/profile";

/// Shows what is stored.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let signed_in = match person(&visit, PATH).await {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    let user = match super::load(&app, &signed_in.user.subject).await {
        Ok(user) => user,
        Err(failure) => return visit.failure(failure),
    };
    let mut page = page(&visit, "profile", &signed_in);
    if visit.was_saved() {
        page = page.with_notice(NoticeKind::Success, "Your profile is saved.");
    }
    visit.render(&ProfilePage::new(page, &user, None, &FieldErrors::none()), StatusCode::OK)
}

/// Saves what was typed.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (signed_in, form) = match person_with_form(&visit, PATH, &body).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let problems = match super::save(&app, &signed_in.user.subject, &form).await {
        Ok(Ok(())) => return visit.saved(PATH),
        Ok(Err(problems)) => problems,
        Err(failure) => return visit.failure(failure),
    };
    let mut errors = FieldErrors::none();
    for (field, problem) in problems {
        errors.add(field, problem);
    }
    let page = page(&visit, "profile", &signed_in).with_notice(NoticeKind::Error, "Nothing is saved yet: something needs mending below.");
    visit.render(&ProfilePage::new(page, &signed_in.user, Some(&form), &errors), StatusCode::UNPROCESSABLE_ENTITY)
}
