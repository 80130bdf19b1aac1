//! `GET /.well-known/webfinger`.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::failure::Failure;
use crate::spec::params::Params;
use crate::spec::webfinger::{self, Descriptor};
use crate::telemetry::metrics::Endpoint;
use crate::web::{cors, respond};

/// RFC 7033 §10.2.
const JRD: HeaderValue = HeaderValue::from_static("application/jrd+json");

/// RFC 7033 §4.2, §5: scripts of any origin may read it.
pub async fn describe(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let mut response = match answer(&app, request.query_string()) {
        Ok(Some(descriptor)) => {
            let mut response = respond::json(StatusCode::OK, &descriptor);
            response.headers_mut().insert(header::CONTENT_TYPE, JRD);
            response
        }
        Ok(None) => respond::empty(StatusCode::NOT_FOUND),
        Err(failure) => respond::oauth_error(&app, &request, &failure, (Endpoint::Webfinger, None)),
    };
    cors::allow_everybody(response.headers_mut());
    response
}

fn answer(app: &App, query: &str) -> Result<Option<Descriptor>, Failure> {
    Ok(webfinger::describe(&Params::parse_repeating(query)?, &app.issuer)?)
}
