//! `GET /oauth2/check_session`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template as _;

use super::page::CheckSessionPage;
use crate::app::App;
use crate::web::cookies::{Cookies, Kind};
use crate::web::security_headers::{everywhere, no_store};
use crate::web::{assets, error_page};

/// The only page that others may frame; it shows nothing, asks nothing and loads nothing but its script.
const POLICY: &str = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// OIDC Session Management §3.3.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    if !app.settings.session_management {
        return error_page::not_found(&app, &request);
    }
    let page = CheckSessionPage {
        cookie: Cookies::new(app.issuer.is_https()).name(Kind::BrowserState),
        script: format!("{}{}", app.issuer.path(), assets::path("check-session.js")),
    };
    let mut response = match page.render() {
        Ok(html) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(%error, "the page could not be written");
            HttpResponse::InternalServerError().finish()
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(POLICY));
    no_store(headers);
    everywhere(app.issuer.is_https(), headers);
    response
}
