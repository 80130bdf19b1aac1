//! `POST /oauth2/introspect`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{Answer, Form, JWT_MEDIA_TYPE};
use crate::app::App;
use crate::web::extract::FormBody;
use crate::web::respond;

/// RFC 7662 §2, RFC 9701 §4.
pub async fn introspect(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    match super::introspect(&app, body.as_str(), &respond::credentials(&request, &app), form(&request)).await {
        Ok(Answer::Json(facts)) => respond::json_no_store(&*facts),
        Ok(Answer::Jwt(token)) => {
            let mut response = HttpResponse::Ok();
            response.content_type(JWT_MEDIA_TYPE).insert_header((header::CACHE_CONTROL, "no-store")).body(token.expose().clone())
        }
        Err(failure) => respond::oauth_error(&app, &request, &failure, ("introspect", None)),
    }
}

/// RFC 9701 §4: the resource server asks for a signed answer by name; a wildcard asks for nothing special.
fn form(request: &HttpRequest) -> Form {
    let mut accepted = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let asks = |one: &str| one.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JWT_MEDIA_TYPE));
    if accepted.any(asks) { Form::Jwt } else { Form::Json }
}
