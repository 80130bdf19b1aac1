//! Pages: a template becomes an answer that is locked down.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::spec::return_path::Delivery;
use crate::web::brand::{BrandView, LogoFile};
use crate::web::page::Page;
use crate::web::respond;
use crate::web::security_headers::{FormAction, PageHeaders};

/// The look of this deployment, made once by the server; a server that has not made one gets it from the settings.
pub fn brand(request: &HttpRequest, app: &App) -> web::Data<BrandView> {
    request.app_data::<web::Data<BrandView>>().cloned().unwrap_or_else(|| web::Data::new(brand_of(app)))
}

/// The look that the settings describe. A logo that is a file is read: call it once, at the start.
pub fn brand_of(app: &App) -> BrandView {
    let brand = &app.settings.brand;
    let (url, file) = match &brand.logo {
        Some(logo) if logo.contains("://") => (Some(logo.clone()), None),
        Some(name) => (None, read_logo(name)),
        None => (None, None),
    };
    let view = BrandView::new(brand.name.clone(), url, &brand.color);
    match file {
        Some(file) => view.with_logo_file(file),
        None => view,
    }
}

/// The settings have tried the file already; should it be gone since, pages show the mark of authy.
fn read_logo(name: &str) -> Option<LogoFile> {
    match std::fs::read(name) {
        Ok(data) => Some(LogoFile::new(name, data)),
        Err(error) => {
            tracing::warn!(%error, "the logo could not be read");
            None
        }
    }
}

/// A template as a page. `form_action` says where its forms may lead.
pub fn page(app: &App, template: &impl Template, status: StatusCode, form_action: FormAction) -> HttpResponse {
    match template.render() {
        Ok(html) => {
            let mut response = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html);
            PageHeaders { https: app.issuer.is_https(), form_action }.apply(response.headers_mut());
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            respond::empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// `templates/form_post.html`
#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    page: Page<'a>,
    action: &'a str,
    fields: &'a [(String, String)],
}

/// Sends an authorization response on its way: a redirect, or a page whose form the browser posts (OAuth 2.0 Form Post Response Mode §2).
pub fn delivery(app: &App, request: &HttpRequest, delivery: &Delivery) -> HttpResponse {
    match delivery {
        Delivery::Redirect(location) => respond::redirect(location),
        Delivery::FormPost { action, fields } => {
            let brand = brand(request, app);
            let template = FormPost { page: Page::new(app.issuer.path(), &brand), action, fields };
            page(app, &template, StatusCode::OK, FormAction::Client(Some(action.clone())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_travels_by_form_is_escaped_and_needs_no_inline_script() {
        let brand = BrandView::default();
        let fields = [("state".to_owned(), "\"><script>alert(1)</script>".to_owned())];
        let html = FormPost { page: Page::new("", &brand), action: "https://rp.example/cb?a=b&c=d", fields: &fields }.render().unwrap();
        assert!(html.contains("id=\"form-post-form\"") && html.contains("id=\"form-post-submit\""), "{html}");
        assert!(!html.contains("<script>") && !html.contains("onload"), "{html}");
        assert!(html.contains("/static/form-post."), "{html}");
    }
}
