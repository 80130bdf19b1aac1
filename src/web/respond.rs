//! Answers, and the only place where an error becomes HTTP.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::client_auth::Credentials;
use crate::endpoints::possession::{DPOP_ALGORITHMS, nonce};
use crate::failure::Failure;
use crate::spec::bearer;
use crate::spec::dpop;
use crate::spec::error::{ErrorCode, OAuthError, error_uri};
use crate::spec::issuer::Issuer;
use crate::web::client_certificate;
use crate::web::extract::{self, FormBody};
use crate::web::limits::{Excess, MAX_TARGET};
use crate::web::report::{self, About};
use crate::web::security_headers::no_store;

/// The response header with the `error_id`.
pub const ERROR_ID: HeaderName = HeaderName::from_static("authy-error-id");
/// When to come back after "busy".
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// When to come back after "too many".
const NEXT_WINDOW: Duration = Duration::from_secs(60);
const REALM: &str = "authy";
/// RFC 9449 §4.1.
const DPOP: HeaderName = HeaderName::from_static("dpop");
/// RFC 9449 §8.1.
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// A JSON document.
pub fn json(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    match serde_json::to_vec(body) {
        Ok(bytes) => HttpResponse::build(status).content_type("application/json").body(bytes),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// RFC 6749 §5.1: a JSON document with tokens or personal data, 200.
pub fn json_no_store(body: &impl Serialize) -> HttpResponse {
    let mut response = json(StatusCode::OK, body);
    no_store(response.headers_mut());
    response
}

/// An answer without a body, and so without a Content-Type.
pub fn empty(status: StatusCode) -> HttpResponse {
    let mut response = HttpResponse::new(status);
    no_store(response.headers_mut());
    response
}

/// 303: the browser goes there with GET, and never sends a password again (RFC 9700 §4.12).
pub fn redirect(location: &str) -> HttpResponse {
    let mut response = empty(StatusCode::SEE_OTHER);
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// What came by POST, from another site and so without the Lax cookies, asked again by GET: that brings them.
///
/// # Errors
/// [`Excess::Form`] for what no URL holds: the browser would be sent to a refusal.
pub fn post_to_get(issuer: &Issuer, path: &str, request: &HttpRequest, body: &FormBody) -> Result<HttpResponse, Excess> {
    let query = if body.as_str().is_empty() { request.query_string() } else { body.as_str() };
    let target = format!("{path}?{}", as_query(query));
    if issuer.path().len() + target.len() > MAX_TARGET { Err(Excess::Form) } else { Ok(redirect(&issuer.url(&target))) }
}

/// A body may hold what has no place in a header or ends a query (RFC 3986 §3.4); encoded it means the same, and is refused or taken there.
fn as_query(body: &str) -> String {
    body.bytes().fold(String::with_capacity(body.len()), |mut query, byte| {
        match byte {
            b'#' => query.push_str("%23"),
            b'!'..=b'~' => query.push(char::from(byte)),
            other => query.push_str(&format!("%{other:02X}")),
        }
        query
    })
}

/// Says when to come back, in whole seconds.
pub fn retry_after(response: &mut HttpResponse, wait: Duration) {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
}

/// Every `Authorization` header as it came; `None` in place of one that is not ASCII.
pub fn authorization(request: &HttpRequest) -> Vec<Option<String>> {
    lines(request, &header::AUTHORIZATION)
}

fn lines(request: &HttpRequest, name: &HeaderName) -> Vec<Option<String>> {
    request.headers().get_all(name).map(|value| value.to_str().ok().map(str::to_owned)).collect()
}

/// What a request brings to prove who its client is.
pub fn credentials(request: &HttpRequest, app: &App) -> Credentials {
    Credentials {
        authorization: authorization(request),
        dpop: lines(request, &DPOP),
        certificate: client_certificate::of(request, app),
        path: request.path().strip_prefix(app.issuer.path()).unwrap_or_default().to_owned(),
        address: extract::address(request, app),
    }
}

/// RFC 6749 §5.2: exactly these three members.
#[derive(Debug, Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: &'a str,
    error_uri: String,
}

/// RFC 6749 §5.2: an error of an endpoint that machines call.
pub fn oauth_error(app: &web::Data<App>, request: &HttpRequest, failure: &Failure, about: About<'_>) -> HttpResponse {
    let error_id = report::publish(app, request, failure, about);
    let mut response = error_json(&app.issuer, failure, &error_id);
    if failure.code() == ErrorCode::UseDpopNonce {
        dpop_nonce(&mut response, &nonce::make(&app.sealer, app.now()));
    }
    response
}

/// RFC 9449 §8: the nonce that the next proof is to have.
pub fn dpop_nonce(response: &mut HttpResponse, nonce: &str) {
    if let Ok(value) = HeaderValue::from_str(nonce) {
        response.headers_mut().insert(DPOP_NONCE, value);
    }
}

/// RFC 7591 §3, RFC 7592 §2: an error where clients are registered. Those tokens are bearer tokens alone: nothing binds them to a key.
pub fn registration_error(app: &web::Data<App>, request: &HttpRequest, failure: &Failure, about: About<'_>) -> HttpResponse {
    let error_id = report::publish(app, request, failure, about);
    let public = failure.public();
    let Some(status) = challenged(public.error) else { return error_json(&app.issuer, failure, &error_id) };
    let mut response = error_document(&app.issuer, status, &public, &error_id);
    // RFC 6750 §3.1: a request that attempts another method is told no error.
    let told = scheme(request).as_deref() == Some("bearer") || status == StatusCode::BAD_REQUEST;
    challenge(&mut response, &bearer::www_authenticate(REALM, told.then_some(&public), None));
    response
}

/// The scheme of the `Authorization` header, in lower case.
fn scheme(request: &HttpRequest) -> Option<String> {
    authorization(request).first().and_then(|value| Some(value.as_deref()?.split(' ').next()?.to_ascii_lowercase()))
}

/// RFC 6750 §3: an error of a resource that bearer tokens open. A request that brought no token learns only the scheme.
pub fn bearer_error(app: &web::Data<App>, request: &HttpRequest, failure: &Failure, about: About<'_>) -> HttpResponse {
    let error_id = report::publish(app, request, failure, about);
    let scheme = scheme(request);
    let mut response = bearer_json(&app.issuer, failure, &error_id, scheme.as_deref());
    if failure.code() == ErrorCode::UseDpopNonce {
        dpop_nonce(&mut response, &nonce::make(&app.sealer, app.now()));
    }
    response
}

/// A request that was refused for its size or its kind, to a machine.
pub fn excess_json(issuer: &Issuer, excess: Excess, error_id: &str) -> HttpResponse {
    error_document(issuer, excess.status(), &excess.public(), error_id)
}

fn error_json(issuer: &Issuer, failure: &Failure, error_id: &str) -> HttpResponse {
    let public = failure.public();
    let mut response = error_document(issuer, status_for_client(failure), &public, error_id);
    if public.error == ErrorCode::InvalidClient {
        // RFC 6749 §5.2: the scheme the client used, and the one it may use.
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"authy\", charset=\"UTF-8\""));
    }
    maybe_retry_after(&mut response);
    response
}

fn bearer_json(issuer: &Issuer, failure: &Failure, error_id: &str, scheme: Option<&str>) -> HttpResponse {
    let public = failure.public();
    let Some(status) = challenged(public.error) else { return error_json(issuer, failure, error_id) };
    let mut response = error_document(issuer, status, &public, error_id);
    let scope = (public.error == ErrorCode::InsufficientScope).then_some("openid");
    let (with_dpop, told) = (scheme == Some("dpop"), scheme.is_some() || status == StatusCode::BAD_REQUEST);
    let dpop = dpop::www_authenticate(DPOP_ALGORITHMS, with_dpop.then_some(&public));
    let bearer = bearer::www_authenticate(REALM, told.then_some(&public), scope);
    // RFC 9449 §7.1: both schemes are challenged unless the client has chosen DPoP.
    for text in if with_dpop { vec![dpop] } else { vec![bearer, dpop] } {
        challenge(&mut response, &text);
    }
    response
}

/// The status of a refusal that comes with a challenge: RFC 6750 §3.1.
const fn challenged(error: ErrorCode) -> Option<StatusCode> {
    match error {
        ErrorCode::InvalidToken | ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce => Some(StatusCode::UNAUTHORIZED),
        ErrorCode::InsufficientScope => Some(StatusCode::FORBIDDEN),
        // A token that is sent wrongly is challenged like one that is not sent.
        ErrorCode::InvalidRequest => Some(StatusCode::BAD_REQUEST),
        _ => None,
    }
}

fn challenge(response: &mut HttpResponse, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(header::WWW_AUTHENTICATE, value);
    }
}

fn error_document(issuer: &Issuer, status: StatusCode, public: &OAuthError, error_id: &str) -> HttpResponse {
    let error_uri = error_uri(issuer, public.error, error_id);
    // Whoever sent the request has sent the parameters: which one is at fault tells no stranger more.
    let description = match (public.error, public.about) {
        (ErrorCode::InvalidClientMetadata, Some(member)) => Cow::from(format!("{} The member: {member}.", public.description)),
        (ErrorCode::InvalidRequest, Some(parameter)) if !public.description.contains(parameter) => {
            Cow::from(format!("{} The parameter: {parameter}.", public.description))
        }
        _ => Cow::from(public.description),
    };
    let mut response = json(status, &ErrorBody { error: public.error.as_str(), error_description: &description, error_uri });
    no_store(response.headers_mut());
    name_error(&mut response, error_id);
    response
}

/// Sets `Authy-Error-Id`.
pub fn name_error(response: &mut HttpResponse, error_id: &str) {
    if let Ok(value) = HeaderValue::from_str(error_id) {
        response.headers_mut().insert(ERROR_ID, value);
    }
}

/// RFC 6749 §5.2: 400 unless it says otherwise.
fn status_for_client(failure: &Failure) -> StatusCode {
    match failure.code() {
        ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        _ => status_for_anybody(failure),
    }
}

/// The status of a page: a form that is not ours is 403, whatever else is wrong with a request is 400.
pub fn status_for_page(failure: &Failure) -> StatusCode {
    match failure.code() {
        ErrorCode::AccessDenied | ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        _ => status_for_anybody(failure),
    }
}

/// What machines and people are told alike.
fn status_for_anybody(failure: &Failure) -> StatusCode {
    match failure.code() {
        // RFC 6585 §4: "not now" because of who asks, and not because of us.
        ErrorCode::TemporarilyUnavailable if matches!(failure, Failure::Refused(_)) => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Sets `Retry-After` on "busy" and on "too many".
pub fn maybe_retry_after(response: &mut HttpResponse) {
    match response.status() {
        StatusCode::SERVICE_UNAVAILABLE => retry_after(response, RETRY_AFTER),
        StatusCode::TOO_MANY_REQUESTS => retry_after(response, NEXT_WINDOW),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
