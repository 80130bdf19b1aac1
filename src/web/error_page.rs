//! What a person reads when there is no way back to an application: one plain sentence, the code, the id, a way on.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::failure::Failure;
use crate::spec::error::ErrorCode;
use crate::web::page::Page;
use crate::web::report::{self, About};
use crate::web::security_headers::FormAction;
use crate::web::{render, request_id, respond};

/// `templates/error.html`
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: Page<'a>,
    words: Words,
    code: &'a str,
    error_id: &'a str,
}

/// What the page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// A few words for the title.
    pub heading: &'static str,
    /// One plain sentence.
    pub description: &'static str,
    /// What to do now.
    pub way_on: &'static str,
}

/// Logs a failure and shows its page.
pub fn failure(app: &web::Data<App>, request: &HttpRequest, failure: &Failure, about: About<'_>) -> HttpResponse {
    let error_id = report::publish(app, request, failure, about);
    let mut response = show(app, request, respond::status_for_page(failure), failure.code().as_str(), words(failure), &error_id);
    respond::maybe_retry_after(&mut response);
    response
}

/// The page of a URL that leads nowhere.
pub fn not_found(app: &App, request: &HttpRequest) -> HttpResponse {
    let words = Words {
        heading: "Page not found",
        description: "There is no page at this address.",
        way_on: "Check the address, or go back to the page you came from.",
    };
    let error_id = request_id::of(request, app.entropy.as_ref());
    show(app, request, StatusCode::NOT_FOUND, "not_found", words, error_id.as_str())
}

/// RFC 9110 §15.5.20: the request was meant for a host that is not the issuer's.
pub fn misdirected(app: &App, request: &HttpRequest) -> HttpResponse {
    let words = Words {
        heading: "This is another server",
        description: "The request was meant for another host.",
        way_on: "Check the address and try again.",
    };
    let error_id = request_id::of(request, app.entropy.as_ref());
    show(app, request, StatusCode::MISDIRECTED_REQUEST, "misdirected_request", words, error_id.as_str())
}

/// A page with any status and code.
pub fn show(app: &App, request: &HttpRequest, status: StatusCode, code: &str, words: Words, error_id: &str) -> HttpResponse {
    let brand = render::brand(request, app);
    let template = ErrorPage { page: Page::new(app.issuer.path(), &brand), words, code, error_id };
    let mut response = render::page(app, &template, status, FormAction::Own);
    respond::name_error(&mut response, error_id);
    response
}

fn words(failure: &Failure) -> Words {
    let description = failure.public().description;
    let (heading, way_on) = match failure.code() {
        ErrorCode::AccessDenied => ("This was not accepted", "Go back, load the page again, and send the form once more."),
        ErrorCode::ServerError => ("Something broke", "Wait a moment, then try again."),
        ErrorCode::TemporarilyUnavailable => ("Too busy right now", "Wait a moment, then load this page again."),
        _ => ("This request does not work", "Go back to the application you came from and start there again."),
    };
    Words { heading, description, way_on }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::OAuthError;
    use crate::web::brand::BrandView;

    #[test]
    fn the_page_has_what_people_and_tests_look_for() {
        let failure: Failure = OAuthError::invalid_request("The redirect URI is not registered.").because("private").into();
        let brand = BrandView::default();
        let html = ErrorPage { page: Page::new("/auth", &brand), words: words(&failure), code: "invalid_request", error_id: "abc" };
        let html = html.render().unwrap();
        for part in
            ["id=\"error-page\"", "id=\"error-code\">invalid_request<", "id=\"error-id\">abc<", "id=\"error-description\">The redirect URI"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("<title>Error: "), "{html}");
        assert!(!html.contains("private"), "{html}");
    }
}
