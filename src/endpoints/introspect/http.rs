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

/// RFC 9701 §4: the resource server asks for a signed answer by name; a wildcard asks for nothing special. Of two that it names, the one it
/// likes less is not chosen (RFC 9110 §12.4.2).
fn form(request: &HttpRequest) -> Form {
    let accepted = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let (mut jwt, mut json) = (0, 0);
    for one in accepted {
        let (kind, parameters) = one.split_once(';').unwrap_or((one, ""));
        let kind = kind.trim();
        if kind.eq_ignore_ascii_case(JWT_MEDIA_TYPE) {
            jwt = weight(parameters);
        } else if kind.eq_ignore_ascii_case("application/json") {
            json = weight(parameters);
        }
    }
    if jwt > 0 && jwt >= json { Form::Jwt } else { Form::Json }
}

/// A quality value in thousandths: RFC 9110 §12.4.2. One that is written wrongly says nothing.
fn weight(parameters: &str) -> u16 {
    let named = parameters.split(';').filter_map(|one| one.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    let Some((_, value)) = named else { return 1_000 };
    let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    match (whole, format!("{part:0<3}").parse::<u16>()) {
        ("0", Ok(thousandths)) if part.len() <= 3 => thousandths,
        _ => 1_000,
    }
}
