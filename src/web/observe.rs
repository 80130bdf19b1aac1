//! What happens around every request: its id, its limits, its line in the log.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use tracing::Instrument as _;

use crate::app::App;
use crate::telemetry::metrics::Endpoint;
use crate::web::connection::Attended;
use crate::web::{error_page, extract, limits, request_id, security_headers};

/// Answers what is at hand before a route is looked for; `None` leaves the request to the routes.
#[derive(Clone, Copy, Debug)]
pub struct AtHand(pub fn(&App, &HttpRequest) -> Option<HttpResponse>);

/// The outermost middleware.
///
/// # Errors
/// Those of the inner service.
pub async fn observe(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let attended = Attended::begin(&mut request);
    let (endpoint, started) = (endpoint(request.path(), app.issuer.path()), app.now());
    let (app, response) = match endpoint {
        // These documents are the same for everybody and log nothing: a route, an id and a span would be a third of what they cost.
        Endpoint::Discovery | Endpoint::Jwks => document(app, request, next).await?,
        _ => in_span(app, request, next).await?,
    };
    let mut response = response;
    security_headers::everywhere(app.issuer.is_https(), response.headers_mut());
    app.metrics.request(endpoint, response.status().as_u16(), app.now().since(started));
    Ok(attended.end(response))
}

async fn document(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<(web::Data<App>, ServiceResponse<BoxBody>), Error> {
    if let Some(response) = refuse(&app, &request) {
        return Ok((app, request.into_response(response)));
    }
    let at_hand = request.app_data::<web::Data<AtHand>>().and_then(|ready| (ready.get_ref().0)(&app, request.request()));
    let response = match at_hand {
        Some(response) => request.into_response(response),
        None => next.call(request).await.map(ServiceResponse::map_into_boxed_body)?,
    };
    Ok((app, response))
}

async fn answer(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<(web::Data<App>, ServiceResponse<BoxBody>), Error> {
    let response = match refuse(&app, &request) {
        Some(response) => request.into_response(response),
        None => next.call(request).await.map(ServiceResponse::map_into_boxed_body)?,
    };
    Ok((app, response))
}

/// With an id that is in the answer and in every line that is logged on the way.
async fn in_span(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<(web::Data<App>, ServiceResponse<BoxBody>), Error> {
    let id = request_id::of(request.request(), app.entropy.as_ref());
    // The query may hold codes and tokens: it is never logged.
    let span = tracing::info_span!("request", id = id.as_str(), method = %request.method(), path = request.path());
    let (app, mut response) = answer(app, request, next).instrument(span.clone()).await?;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    span.in_scope(|| tracing::debug!(status = response.status().as_u16(), "answered"));
    Ok((app, response))
}

/// The path of the public listener that is reached by address, below the issuer's.
const PROBED: &str = "/healthz";

/// Which paths belong to which endpoint; the first that fits counts.
const ENDPOINTS: &[(&str, Endpoint)] = &[
    ("/oauth2/authorize", Endpoint::Authorize),
    ("/oauth2/token", Endpoint::Token),
    ("/oauth2/userinfo", Endpoint::Userinfo),
    ("/oauth2/introspect", Endpoint::Introspect),
    ("/.well-known/jwks.json", Endpoint::Jwks),
    ("/.well-known/webfinger", Endpoint::Webfinger),
    ("/.well-known/oauth-protected-resource", Endpoint::ProtectedResource),
    ("/.well-known/", Endpoint::Discovery),
    ("/oauth2/par", Endpoint::Par),
    ("/oauth2/revoke", Endpoint::Revoke),
    ("/oauth2/device_authorization", Endpoint::DeviceAuthorization),
    ("/oauth2/bc-authorize", Endpoint::BackchannelAuthentication),
    ("/oauth2/register", Endpoint::Register),
    ("/oauth2/logout", Endpoint::EndSession),
    ("/oauth2/check_session", Endpoint::CheckSession),
    ("/login", Endpoint::Login),
    ("/consent", Endpoint::Consent),
    ("/device", Endpoint::Device),
    ("/logout", Endpoint::Logout),
    ("/setup", Endpoint::Setup),
    ("/account", Endpoint::Account),
    ("/admin", Endpoint::Admin),
    ("/explain/", Endpoint::Admin),
    ("/static/", Endpoint::Static),
];

/// The endpoint of a path, where `base` is the issuer's: the names are few and fixed, whatever strangers ask for.
pub fn endpoint(path: &str, base: &str) -> Endpoint {
    let path = path.strip_prefix(base).unwrap_or(path);
    ENDPOINTS.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or(Endpoint::Other, |(_, endpoint)| *endpoint)
}

/// Too large, or meant for another host when that is to be refused.
fn refuse(app: &App, request: &ServiceRequest) -> Option<HttpResponse> {
    if let Err(excess) = limits::check_head(request.head()) {
        return Some(extract::refuse(request.request(), excess));
    }
    if app.settings.strict_host && !is_probe(app, request) && !is_ours(app, request) {
        return Some(error_page::misdirected(app, request.request()));
    }
    None
}

/// Load balancers and orchestrators ask by address whether this node lives. The answer says nothing more, and names no host.
fn is_probe(app: &App, request: &ServiceRequest) -> bool {
    request.path().strip_prefix(app.issuer.path()) == Some(PROBED)
}

/// The issuer's host, and that of the endpoints for clients with certificates: RFC 8705 §5.
fn is_ours(app: &App, request: &ServiceRequest) -> bool {
    host_is(request, app.issuer.authority())
        || app.settings.mtls.base.as_deref().and_then(authority).is_some_and(|authority| host_is(request, &authority))
}

/// Host and, unless it is the scheme's default, port.
fn authority(base: &str) -> Option<String> {
    let url = url::Url::parse(base).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// RFC 9110 §7.2: `Host`, the authority of an HTTP/2 request, or that of an absolute target, which counts even beside a `Host`
/// (RFC 9112 §3.2.2). Whatever names a host has to name this one.
fn host_is(request: &ServiceRequest, expected: &str) -> bool {
    let hosts = request.headers().get_all(header::HOST).map(|value| value.to_str().unwrap_or_default());
    let mut named = hosts.chain(request.uri().authority().map(|authority| authority.as_str())).peekable();
    named.peek().is_some() && named.all(|name| name.eq_ignore_ascii_case(expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn whatever_is_asked_for_the_names_are_few() {
        assert_eq!(endpoint("/auth/oauth2/token", "/auth"), Endpoint::Token);
        assert_eq!(endpoint("/.well-known/jwks.json", ""), Endpoint::Jwks);
        assert_eq!(endpoint("/.well-known/webfinger", "/auth"), Endpoint::Webfinger);
        assert_eq!(endpoint("/auth/oauth2/device_authorization", "/auth"), Endpoint::DeviceAuthorization);
        assert_eq!(endpoint("/auth/device", "/auth"), Endpoint::Device);
        assert_eq!(endpoint("/admin/clients/abc", ""), Endpoint::Admin);
        assert_eq!(endpoint("/nowhere/at/all", ""), Endpoint::Other);
    }

    #[test]
    fn a_host_is_compared_with_its_port() {
        let host = |value: &str| host_is(&TestRequest::default().insert_header(("host", value)).to_srv_request(), "id.example.com:8443");
        assert!(host("ID.example.com:8443"));
        assert!(!host("id.example.com"));
        assert!(!host("evil.example"));
        let target = |target: &str, host: &[&'static str]| {
            let request = host.iter().fold(TestRequest::with_uri(target), |request, host| request.append_header(("host", *host)));
            host_is(&request.to_srv_request(), "id.example.com:8443")
        };
        assert!(target("http://id.example.com:8443/login", &["id.example.com:8443"]));
        assert!(target("https://id.example.com:8443/login", &[]), "HTTP/2 has no Host");
        assert!(!target("http://evil.example/login", &["id.example.com:8443"]));
        assert!(!target("http://id.example.com:8443/login", &["evil.example"]));
        assert!(!target("/login", &["id.example.com:8443", "evil.example"]));
        assert!(!target("/login", &[]));
        assert_eq!(authority("https://MTLS.id.example.com:8443/auth").as_deref(), Some("mtls.id.example.com:8443"));
        assert_eq!(authority("https://mtls.id.example.com:443").as_deref(), Some("mtls.id.example.com"));
    }
}
