//! Which pages of other origins may read an answer (Fetch standard, CORS protocol). Credentials are never allowed.
//!
//! Public documents: everybody. Token, revocation, userinfo: the origins of the client at work. Authorization endpoint: nobody.

use std::collections::HashSet;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::spec::redirect_uri;
use crate::store::StoreError;
use crate::web::respond;

const METHODS: &str = "GET, POST";
const REQUEST_HEADERS: &str = "Authorization, Content-Type, DPoP";
/// MCP, Authorization: its clients send their version with every request, for the documents too.
const PUBLIC_REQUEST_HEADERS: &str = "Authorization, Content-Type, DPoP, MCP-Protocol-Version";
const EXPOSED: &str = "WWW-Authenticate, DPoP-Nonce, Authy-Error-Id, Retry-After";
/// Seconds: a client that is disabled is asked for again within ten minutes; the answer itself is checked each time.
const PREFLIGHT_AGE: &str = "600";

/// Opens an answer to every origin: discovery and keys.
pub fn allow_everybody(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Opens an answer to the request's own origin, if it is one of the client's. `client_id` is the client that was authenticated or looked up.
pub async fn allow_client(app: &App, request: &HttpRequest, client_id: Option<&str>, mut response: HttpResponse) -> HttpResponse {
    vary(response.headers_mut());
    if let (Some(origin), Some(client_id)) = (origin(request), client_id)
        && Box::pin(is_origin_of(app, client_id, &origin)).await
    {
        allow(response.headers_mut(), &origin);
    }
    response
}

async fn is_origin_of(app: &App, client_id: &str, origin: &str) -> bool {
    // A client that is a document has no row before somebody approves it, and may push its request.
    let described = || app.caches.client_documents.get(client_id).and_then(|known| known.outcome.ok());
    let Some(client) = app.client(client_id).await.ok().and_then(|stored| stored.or_else(described)) else { return false };
    client.enabled && origins(client.metadata.redirect_uris.iter().chain(&client.metadata.allowed_origins)).contains(origin)
}

/// Answers `OPTIONS` on an endpoint that clients call from browsers: nobody is authenticated yet, so an origin of any enabled client will do.
pub async fn preflight(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
    vary(response.headers_mut());
    let Some(origin) = origin(&request) else { return response };
    match known_origins(&app).await {
        Ok(known) if known.contains(&origin) => {
            let headers = response.headers_mut();
            allow(headers, &origin);
            allow_methods(headers, REQUEST_HEADERS);
            response
        }
        Ok(_) => response,
        Err(error) => {
            tracing::warn!(%error, "the origins of clients could not be read");
            let mut response = respond::empty(StatusCode::SERVICE_UNAVAILABLE);
            respond::maybe_retry_after(&mut response);
            response
        }
    }
}

/// Answers `OPTIONS` on a public document.
pub async fn preflight_everybody() -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
    allow_everybody(response.headers_mut());
    allow_methods(response.headers_mut(), PUBLIC_REQUEST_HEADERS);
    response
}

async fn known_origins(app: &App) -> Result<Arc<HashSet<String>>, StoreError> {
    if let Some(known) = app.caches.origins.get(&()) {
        return Ok(known);
    }
    let clients = app.sql.enabled_client_uris().await?;
    let known = Arc::new(origins(clients.iter().flat_map(|(_, uris)| uris)));
    app.caches.origins.put((), known.clone());
    Ok(known)
}

fn allow(headers: &mut HeaderMap, origin: &str) {
    if let Ok(value) = HeaderValue::from_str(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

fn allow_methods(headers: &mut HeaderMap, request_headers: &'static str) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(request_headers));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_AGE));
}

/// The answer depends on the origin, whoever asks: no cache may give it to another.
fn vary(headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

/// The one origin of a request; `null` is nobody's.
fn origin(request: &HttpRequest) -> Option<String> {
    let mut sent = request.headers().get_all(header::ORIGIN);
    let origin = sent.next()?.to_str().ok()?;
    (sent.next().is_none() && origin != "null").then(|| origin.to_owned())
}

/// The web origins among redirect URIs and allowed origins.
fn origins<'a>(uris: impl Iterator<Item = &'a String>) -> HashSet<String> {
    uris.filter_map(|uri| redirect_uri::origin(uri)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn origins_are_compared_as_browsers_write_them() {
        let uris = ["https://rp.example/cb?x", "https://RP.example:443/other", "http://localhost:5173/", "com.example.app:/cb", "nonsense"];
        let uris = uris.map(str::to_owned);
        let expected = HashSet::from(["https://rp.example".to_owned(), "http://localhost:5173".to_owned()]);
        assert_eq!(origins(uris.iter()), expected);
    }

    #[test]
    fn nobody_is_an_origin_without_one_clear_name() {
        let sent = |headers: &[&'static str]| {
            let request = headers.iter().fold(TestRequest::default(), |request, origin| request.append_header(("origin", *origin)));
            origin(&request.to_http_request())
        };
        assert_eq!(sent(&["https://rp.example"]).as_deref(), Some("https://rp.example"));
        for headers in [&[][..], &["null"], &["https://rp.example", "https://evil.example"]] {
            assert_eq!(sent(headers), None, "{headers:?}");
        }
    }

    #[test]
    fn nothing_is_ever_allowed_with_credentials() {
        let mut headers = HeaderMap::new();
        allow(&mut headers, "https://rp.example");
        allow_methods(&mut headers, REQUEST_HEADERS);
        assert!(headers.get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS).is_none());
        assert_eq!(headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).unwrap(), "https://rp.example");
    }
}
