//! `POST /oauth2/register`, and `GET`, `PUT`, `DELETE /oauth2/register/{client_id}`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use super::{Applicant, manage};
use crate::app::App;
use crate::failure::Failure;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract;
use crate::web::json_body::JsonBody;
use crate::web::report::About;
use crate::web::respond;
use crate::web::security_headers::no_store;

/// Whose registration it is, is proven deeper inside; what a stranger names in the path is told to nobody.
const ABOUT: About<'static> = (Endpoint::Register, None);

/// RFC 7591 §3.1.
pub async fn register(request: HttpRequest, app: web::Data<App>, body: JsonBody) -> HttpResponse {
    if !app.settings.registration.is_on() {
        return respond::empty(StatusCode::NOT_FOUND);
    }
    let authorization = respond::authorization(&request);
    let applicant = Applicant { authorization: &authorization, address: extract::address(&request, &app), body: body.as_str() };
    let answer = super::register(&app, &applicant).await;
    information(&app, &request, (StatusCode::CREATED, answer))
}

/// RFC 7592 §2.1.
pub async fn read(request: HttpRequest, app: web::Data<App>, client_id: web::Path<String>) -> HttpResponse {
    if !app.settings.registration.is_on() {
        return respond::empty(StatusCode::NOT_FOUND);
    }
    let answer = manage::read(&app, &client_id, &respond::authorization(&request)).await;
    information(&app, &request, (StatusCode::OK, answer))
}

/// RFC 7592 §2.2.
pub async fn update(request: HttpRequest, app: web::Data<App>, client_id: web::Path<String>, body: JsonBody) -> HttpResponse {
    if !app.settings.registration.is_on() {
        return respond::empty(StatusCode::NOT_FOUND);
    }
    let answer = manage::update(&app, &client_id, &respond::authorization(&request), body.as_str()).await;
    information(&app, &request, (StatusCode::OK, answer))
}

/// RFC 7592 §2.3.
pub async fn delete(request: HttpRequest, app: web::Data<App>, client_id: web::Path<String>) -> HttpResponse {
    if !app.settings.registration.is_on() {
        return respond::empty(StatusCode::NOT_FOUND);
    }
    match manage::delete(&app, &client_id, &respond::authorization(&request)).await {
        Ok(()) => respond::empty(StatusCode::NO_CONTENT),
        Err(failure) => respond::registration_error(&app, &request, &failure, ABOUT),
    }
}

type Answer = (StatusCode, Result<Map<String, Value>, Failure>);

fn information(app: &web::Data<App>, request: &HttpRequest, (status, answer): Answer) -> HttpResponse {
    match answer {
        Ok(members) => {
            let mut response = respond::json(status, &members);
            no_store(response.headers_mut());
            response
        }
        Err(failure) => respond::registration_error(app, request, &failure, ABOUT),
    }
}
