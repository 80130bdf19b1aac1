//! What handlers need from a request, read within limits.

use std::net::IpAddr;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::accounts::browser::Browser;
use crate::app::App;
use crate::secret::Secret;
use crate::web::cookies::{Cookies, Kind};
use crate::web::limits::{self, Excess};
use crate::web::{client_address, error_page, not_found, observe, report, respond};

/// `User-Agent` is kept to this many characters.
const MAX_USER_AGENT: usize = 300;

/// The body of a form, not yet parsed: `Params::parse` decides what it means. A body that is too large, of another kind, or no text
/// never reaches the handler: 413, 415, 400.
#[derive(Clone, PartialEq, Eq)]
pub struct FormBody(String);

impl FormBody {
    /// As it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A body may hold passwords, codes and tokens.
impl std::fmt::Debug for FormBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormBody")
    }
}

impl FromRequest for FormBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move { read(&request, &mut payload).await.map(Self).map_err(|excess| excess_error(&request, excess)) }.boxed_local()
    }
}

/// An empty body needs no Content-Type.
async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<String, Excess> {
    let body = limits::read_text(request.headers(), payload).await?;
    if !body.is_empty() {
        limits::check_form_type(request.headers())?;
    }
    limits::check_fields(&body)?;
    Ok(body)
}

fn excess_error(request: &HttpRequest, excess: Excess) -> Error {
    InternalError::from_response("the request was refused before it was read", refuse(request, excess)).into()
}

/// The answer to a request that is refused for its size or kind.
pub fn refuse(request: &HttpRequest, excess: Excess) -> HttpResponse {
    let Some(app) = request.app_data::<web::Data<App>>() else { return HttpResponse::new(excess.status()) };
    let public = excess.public();
    let endpoint = observe::endpoint(request.path(), app.issuer.path());
    let reason = public.because(format!("refused before it was read: {}", public.description));
    let error_id = report::publish(app, request, &reason.into(), (endpoint, None));
    if not_found::wants_page(request, app.issuer.path()) {
        let way_on = "Go back and try again with less.";
        let words = error_page::Words { heading: "This request does not work", description: public.description, way_on };
        return error_page::show(app, request, excess.status(), public.error.as_str(), words, &error_id);
    }
    respond::excess_json(&app.issuer, excess, &error_id)
}

/// The browser of a request.
pub fn browser(request: &HttpRequest, app: &App) -> Browser {
    let cookies = Cookies::new(app.issuer.is_https());
    let headers = request.headers();
    Browser {
        session: cookies.read(Kind::Session, headers),
        pre_session: cookies.read(Kind::PreSession, headers),
        admin: cookies.read(Kind::Admin, headers),
        state: cookies.read(Kind::BrowserState, headers),
        address: address(request, app),
        user_agent: user_agent(headers),
    }
}

/// Gives the browser a name, if it has none, that sign-ins under way and forms before sign-in are bound to. Its cookie joins the others.
pub fn name_browser(app: &App, browser: &mut Browser, cookies: &mut Vec<Cookie<'static>>) {
    if browser.pre_session.is_some() {
        return;
    }
    let name = Secret::new(app.entropy.token("pre_"));
    cookies.push(Cookies::new(app.issuer.is_https()).set(Kind::PreSession, &name, None));
    browser.pre_session = Some(name);
}

/// Where a request comes from, as far as it can be believed.
pub fn address(request: &HttpRequest, app: &App) -> Option<IpAddr> {
    let trusted = |address: IpAddr| app.settings.trusted_proxies.iter().any(|network| network.contains(address));
    request.peer_addr().map(|peer| client_address::find(peer.ip(), request.headers(), trusted))
}

fn user_agent(headers: &HeaderMap) -> String {
    let bytes = headers.get(header::USER_AGENT).map(header::HeaderValue::as_bytes).unwrap_or_default();
    String::from_utf8_lossy(bytes).chars().filter(|character| !character.is_control()).take(MAX_USER_AGENT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    async fn extract(request: TestRequest) -> Result<String, StatusCode> {
        let (request, mut payload) = request.to_http_parts();
        match FormBody::from_request(&request, &mut payload).await {
            Ok(body) => Ok(body.as_str().to_owned()),
            Err(error) => Err(error.error_response().status()),
        }
    }

    fn form(body: &str) -> TestRequest {
        TestRequest::post().insert_header(("content-type", "application/x-www-form-urlencoded")).set_payload(body.to_owned())
    }

    #[tokio::test]
    async fn a_form_arrives_as_it_was_sent() {
        assert_eq!(extract(form("a=b&a=c%20")).await.as_deref(), Ok("a=b&a=c%20"));
        assert_eq!(extract(TestRequest::post()).await.as_deref(), Ok(""));
    }

    #[tokio::test]
    async fn what_is_no_form_or_too_much_of_one_is_refused_by_its_status() {
        assert_eq!(extract(form(&"a".repeat(70_000))).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(extract(form(&"a=b&".repeat(10_000))).await, Err(StatusCode::BAD_REQUEST));
        assert_eq!(extract(TestRequest::post().set_payload("{}")).await, Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }

    #[test]
    fn a_user_agent_is_cut_and_cleaned() {
        let request = TestRequest::default().insert_header(("user-agent", "x".repeat(400))).to_http_request();
        assert_eq!(user_agent(request.headers()).len(), MAX_USER_AGENT);
        assert_eq!(user_agent(TestRequest::default().to_http_request().headers()), "");
    }
}
