//! Who is asking, a person or a machine, and what either gets at a URL that is not in the table.

use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::web::{error_page, respond};

/// Below the issuer: what programs call. Pages of the protocol are the exceptions.
const FOR_MACHINES: &[&str] = &["/oauth2/", "/.well-known/", "/api/", "/static/"];
const PAGES: &[&str] = &["/oauth2/authorize", "/oauth2/logout", "/oauth2/check_session"];

/// 404: a page for people, nothing for machines.
pub async fn not_found(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    answer(&request, &app)
}

fn answer(request: &HttpRequest, app: &web::Data<App>) -> HttpResponse {
    if wants_page(request, app.issuer.path()) { error_page::not_found(app, request) } else { respond::empty(StatusCode::NOT_FOUND) }
}

/// A part of a path that no id of ours looks like names nothing: the same 404, and not the parser's own words.
pub fn unreadable_paths(app: &web::Data<App>) -> web::PathConfig {
    let app = app.clone();
    web::PathConfig::default()
        .error_handler(move |_, request| InternalError::from_response("a part of the path names nothing", answer(request, &app)).into())
}

/// Whether the answer to a request that cannot be understood is a page.
pub fn wants_page(request: &HttpRequest, base: &str) -> bool {
    let path = request.path().strip_prefix(base).unwrap_or_default();
    let machine = FOR_MACHINES.iter().any(|prefix| path.starts_with(prefix)) && !PAGES.contains(&path);
    !machine && accepts_html(request)
}

fn accepts_html(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let media = |part: &str| part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    accept.split(',').any(|part| matches!(media(part).as_str(), "text/html" | "text/*" | "*/*"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn wants(path: &str, accept: Option<&str>) -> bool {
        let request = TestRequest::with_uri(path);
        let request = match accept {
            Some(accept) => request.insert_header(("accept", accept)),
            None => request,
        };
        wants_page(&request.to_http_request(), "/auth")
    }

    #[test]
    fn people_get_pages_and_machines_do_not() {
        assert!(wants("/auth/login", Some("text/html,application/xhtml+xml,*/*;q=0.8")));
        assert!(wants("/auth/oauth2/authorize", Some("application/json, TEXT/HTML;q=0.5")));
        assert!(wants("/elsewhere", None));
        assert!(!wants("/auth/login", Some("application/json")));
        assert!(!wants("/auth/oauth2/token", Some("*/*")));
        assert!(!wants("/auth/oauth2/token", None));
    }
}
