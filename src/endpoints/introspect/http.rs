//! `POST /oauth2/introspect`.

use actix_web::http::header::{self, Accept, Header as _, Quality};
use actix_web::{HttpRequest, HttpResponse, web};

use super::{Answer, Form, JWT_MEDIA_TYPE};
use crate::app::App;
use crate::telemetry::metrics::Endpoint;
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
        Err(failure) => respond::oauth_error(&app, &request, &failure, (Endpoint::Introspect, None)),
    }
}

/// RFC 9701 §4: the resource server asks for a signed answer by name; a wildcard asks for nothing special. Of two that it names, the one it
/// likes less is not chosen (RFC 9110 §12.4.2).
fn form(request: &HttpRequest) -> Form {
    let accepted = Accept::parse(request).map(|accept| accept.0).unwrap_or_default();
    let weight = |kind: &str| {
        accepted
            .iter()
            .filter(|one| one.item.essence_str().eq_ignore_ascii_case(kind))
            .map(|one| one.quality)
            .max()
            .unwrap_or(Quality::ZERO)
    };
    let (jwt, json) = (weight(JWT_MEDIA_TYPE), weight("application/json"));
    if jwt > Quality::ZERO && jwt >= json { Form::Jwt } else { Form::Json }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_answer_is_for_who_names_it_and_does_not_like_the_other_better() {
        let jwt = |accept: &str| {
            let request = actix_web::test::TestRequest::default().insert_header((header::ACCEPT, accept)).to_http_request();
            matches!(form(&request), Form::Jwt)
        };
        for accept in [
            "application/token-introspection+jwt",
            "Application/Token-Introspection+JWT",
            "application/json, application/token-introspection+jwt",
            "text/html, application/token-introspection+jwt;q=0.3, application/json;q=0.2",
        ] {
            assert!(jwt(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/token-introspection+jwt;q=0, application/json",
            "application/json, application/token-introspection+jwt;q=0.1",
        ] {
            assert!(!jwt(accept), "{accept}");
        }
    }
}
