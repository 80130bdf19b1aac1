//! `GET` and `POST /logout`, and the page that says it is done.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::farewell::Farewell;
use super::page::{LogoutPage, SignedOutPage};
use crate::accounts::http::{Bound, Visit};
use crate::accounts::person::Person;
use crate::app::App;
use crate::endpoints::end_session;
use crate::spec::redirect_uri;
use crate::web::extract::FormBody;
use crate::web::security_headers;

/// Asks first. `request` is the sealed request of an application, from [`end_session::seal`].
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    let sealed = match visit.query() {
        Ok(query) => query.get("request").unwrap_or_default().to_owned(),
        Err(failure) => return visit.failure(failure),
    };
    let asked = end_session::open(&app, &sealed);
    let question = match super::question(&app, &asked, &visit.browser).await {
        Ok(question) => question,
        Err(failure) => return visit.failure(failure),
    };
    if question.is_moot(&asked) {
        return visit.redirect(super::DONE);
    }
    let bound = if question.signed_in.is_some() { Bound::Session } else { Bound::PreSession };
    let template = LogoutPage {
        page: visit.page(bound),
        person: question.signed_in.as_ref().map(|signed_in| Person::of(&signed_in.user)),
        client: question.client,
        sealed,
        action: visit.url("/logout", &[]),
    };
    visit.render_for(&template, StatusCode::OK, question.return_to.as_deref())
}

/// Signs out.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let bound = match visit.session().await {
        Ok(Some(_)) => Bound::Session,
        Ok(None) => Bound::PreSession,
        Err(failure) => return visit.failure(failure),
    };
    let form = match visit.form(&body, bound) {
        Ok(form) => form,
        Err(failure) => return visit.failure(failure),
    };
    match super::confirm(&app, form.get("request"), &visit.browser).await {
        Ok(next) => visit.signed_out().redirect_to(&next),
        Err(failure) => visit.failure(failure),
    }
}

/// Says that it is done.
pub async fn done(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let farewell = match visit.query() {
        Ok(query) => super::farewell::open(&app, query.get("ended")).await,
        Err(_) => Ok(Farewell::default()),
    };
    match farewell {
        Ok(Farewell { frames, return_to }) => {
            let origins: Vec<String> = frames.iter().filter_map(|(_, address)| redirect_uri::origin(address)).collect();
            let template = SignedOutPage { page: visit.plain_page(), frames, return_to };
            let mut response = visit.render_for(&template, StatusCode::OK, template.return_to.as_deref());
            security_headers::allow_frames(response.headers_mut(), &origins);
            response
        }
        Err(failure) => visit.failure(failure),
    }
}
