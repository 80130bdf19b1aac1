//! `GET /.well-known/oauth-protected-resource` and what follows it.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::spec::protected_resource::WELL_KNOWN;
use crate::telemetry::metrics::Endpoint;
use crate::web::{cors, respond};

/// A registered resource may change within the second; a client that read this a minute ago is not wrong for long.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// RFC 9728 §3.2.
pub async fn metadata(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let rest = request.path().split_once(WELL_KNOWN).map(|(_, rest)| rest).unwrap_or_default();
    let mut response = match super::document(&app, rest, request.query_string()).await {
        Ok(Some(document)) => {
            let mut response = respond::json(StatusCode::OK, &document);
            response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
            response
        }
        Ok(None) => respond::empty(StatusCode::NOT_FOUND),
        Err(failure) => respond::oauth_error(&app, &request, &failure, (Endpoint::ProtectedResource, None)),
    };
    cors::allow_everybody(response.headers_mut());
    response
}
