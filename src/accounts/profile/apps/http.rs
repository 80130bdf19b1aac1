//! `GET` and `POST /account/apps`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::AppsPage;
use crate::accounts::http::Visit;
use crate::accounts::profile::http::{page, person, person_with_form};
use crate::app::App;
use crate::web::extract::FormBody;
use crate::web::page::NoticeKind;

const PATH: &str = "/account/apps";

/// Lists what is connected.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let signed_in = match person(&visit, PATH).await {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    let apps = match super::list(&app, &signed_in.user.subject).await {
        Ok(apps) => apps,
        Err(failure) => return visit.failure(failure),
    };
    let mut page = page(&visit, "apps", &signed_in);
    if visit.was_saved() {
        page = page.with_notice(NoticeKind::Success, "That application is disconnected.");
    }
    visit.render(&AppsPage::new(page, apps), StatusCode::OK)
}

/// Disconnects one application.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (signed_in, form) = match person_with_form(&visit, PATH, &body).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let Some(client_id) = form.get("client_id") else { return visit.incomplete("client_id") };
    match super::revoke(&app, client_id, &signed_in.user.subject).await {
        Ok(()) => visit.saved(PATH),
        Err(failure) => visit.failure(failure),
    }
}
