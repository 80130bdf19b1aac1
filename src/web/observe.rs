//! What happens around every request: its id, its limits, its line in the log.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use tracing::Instrument as _;

use crate::app::App;
use crate::web::{error_page, extract, limits, request_id, security_headers};

/// The outermost middleware.
///
/// # Errors
/// Those of the inner service.
pub async fn observe(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let id = request_id::of(request.request(), app.entropy.as_ref());
    let (method, path, started) = (request.method().clone(), request.path().to_owned(), app.now());
    // The query may hold codes and tokens: it is never logged.
    let span = tracing::info_span!("request", id = id.as_str(), %method, path);
    let answer = async move {
        match refuse(&app, &request) {
            Some(response) => Ok(request.into_response(response)),
            None => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        }
        .map(|response| (app, response))
    };
    let (app, mut response) = answer.instrument(span.clone()).await?;
    security_headers::everywhere(app.issuer.is_https(), response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    let milliseconds = app.now().since(started).as_millis();
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), milliseconds, "answered"));
    Ok(response)
}

/// Too large, or meant for another host when that is to be refused.
fn refuse(app: &App, request: &ServiceRequest) -> Option<HttpResponse> {
    if let Err(excess) = limits::check_head(request.head()) {
        return Some(extract::refuse(request.request(), excess));
    }
    if app.settings.strict_host && !host_is(request, app.issuer.authority()) {
        return Some(error_page::misdirected(app, request.request()));
    }
    None
}

/// RFC 9110 §7.2: `Host`, or the authority of an HTTP/2 request.
fn host_is(request: &ServiceRequest, expected: &str) -> bool {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let named = host.or_else(|| request.uri().authority().map(|authority| authority.as_str())).unwrap_or_default();
    named.eq_ignore_ascii_case(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_host_is_compared_with_its_port() {
        let host = |value: &str| host_is(&TestRequest::default().insert_header(("host", value)).to_srv_request(), "id.example.com:8443");
        assert!(host("ID.example.com:8443"));
        assert!(!host("id.example.com"));
        assert!(!host("evil.example"));
    }
}
