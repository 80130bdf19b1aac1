//! What every page that people see needs from HTTP: the browser, its forms, and answers that carry the right cookies and headers.

use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::form_urlencoded;

use crate::accounts::browser::Browser;
use crate::accounts::session;
use crate::accounts::transaction::Found;
use crate::app::App;
use crate::endpoints::authorize::http::respond as respond_to_authorize;
use crate::endpoints::authorize::{Answer, SignedIn};
use crate::failure::Failure;
use crate::spec::error::OAuthError;
use crate::spec::params::Params;
use crate::web::brand::BrandView;
use crate::web::cookies::{Cookies, Kind};
use crate::web::extract::{self, FormBody};
use crate::web::page::Page;
use crate::web::security_headers::FormAction;
use crate::web::{csrf, error_page, observe, render, respond};

/// What a form is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The session: somebody is signed in.
    Session,
    /// The browser: nobody has to be.
    PreSession,
}

/// One request for a page.
#[derive(Debug)]
pub struct Visit {
    /// The provider.
    pub app: web::Data<App>,
    /// The browser, with the cookies that this answer gives it.
    pub browser: Browser,
    request: HttpRequest,
    brand: web::Data<BrandView>,
    cookies: Vec<Cookie<'static>>,
}

impl Visit {
    /// Looks at a request.
    pub fn new(app: &web::Data<App>, request: &HttpRequest) -> Self {
        Self {
            browser: extract::browser(request, app),
            brand: render::brand(request, app),
            app: app.clone(),
            request: request.clone(),
            cookies: Vec::new(),
        }
    }

    /// With a browser that has a name before anybody signs in.
    pub fn with_pre_session(mut self) -> Self {
        extract::name_browser(&self.app, &mut self.browser, &mut self.cookies);
        self
    }

    /// Gives the browser a new session.
    pub fn signed_in(mut self, cookies: &session::Cookies) -> Self {
        let lifetime = self.app.settings.lifetimes.session_absolute;
        self.cookies.push(self.kinds().set(Kind::Session, &cookies.session, Some(lifetime)));
        match &cookies.admin {
            Some(admin) => self.cookies.push(self.kinds().set(Kind::Admin, admin, None)),
            None if self.browser.admin.is_some() => self.cookies.push(self.kinds().clear(Kind::Admin)),
            None => {}
        }
        if let Some(state) = &cookies.state {
            self.cookies.push(self.kinds().set(Kind::BrowserState, state, Some(lifetime)));
        }
        self.browser.session = Some(cookies.session.clone());
        self.browser.state.clone_from(&cookies.state);
        self.browser.admin.clone_from(&cookies.admin);
        self
    }

    /// Makes the browser forget all it had, so that whoever comes next starts afresh.
    pub fn signed_out(mut self) -> Self {
        self.cookies.extend([Kind::Session, Kind::Admin, Kind::PreSession, Kind::BrowserState].map(|kind| self.kinds().clear(kind)));
        self
    }

    fn kinds(&self) -> Cookies {
        Cookies::new(self.app.issuer.is_https())
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn session(&self) -> Result<Option<SignedIn>, Failure> {
        session::current(&self.app, &self.browser).await
    }

    /// The handle in the URL, and who is signed in.
    ///
    /// # Errors
    /// The response to give instead: nobody is, or there is no handle.
    pub async fn parked(&self) -> Result<(String, SignedIn), HttpResponse> {
        let signed_in = match self.session().await {
            Ok(Some(signed_in)) => signed_in,
            Ok(None) => return Err(self.foreign()),
            Err(failure) => return Err(self.failure(failure)),
        };
        match self.query() {
            Ok(query) => query.get("t").map(|handle| (handle.to_owned(), signed_in)).ok_or_else(|| self.gone()),
            Err(failure) => Err(self.failure(failure)),
        }
    }

    /// What was found of a parked request.
    ///
    /// # Errors
    /// The response to give instead: it is gone, or somebody else's.
    #[expect(clippy::result_large_err, reason = "the error is the response itself, given at once")]
    pub fn found<T>(&self, found: Result<Found<T>, Failure>) -> Result<T, HttpResponse> {
        match found {
            Ok(Found::Here(found)) => Ok(found),
            Ok(Found::Gone) => Err(self.gone()),
            Ok(Found::Foreign) => Err(self.foreign()),
            Err(failure) => Err(self.failure(failure)),
        }
    }

    /// A form of a parked request: its handle, who is signed in, and its fields.
    ///
    /// # Errors
    /// The response to give instead.
    pub async fn parked_form(&self, body: &FormBody) -> Result<(String, SignedIn, Params), HttpResponse> {
        let (handle, signed_in) = self.parked().await?;
        let form = self.form(body, Bound::Session).map_err(|failure| self.failure(failure))?;
        Ok((handle, signed_in, form))
    }

    /// The query.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn query(&self) -> Result<Params, Failure> {
        Ok(Params::parse(self.request.query_string())?)
    }

    /// The fields of a form that was sent from a page of ours in this very browser.
    ///
    /// # Errors
    /// When it came from elsewhere (403).
    pub fn form(&self, body: &FormBody, bound: Bound) -> Result<Params, Failure> {
        let form = Params::of_page_form(body.as_str());
        let (presented, headers) = (form.get(csrf::FIELD), self.request.headers());
        csrf::check(&self.app.sealer, self.bound_to(bound), presented, headers, self.app.issuer.origin())?;
        Ok(form)
    }

    /// Whether the browser says that a page of another site sent it here.
    pub fn comes_from_elsewhere(&self) -> bool {
        csrf::check_source(self.request.headers(), self.app.issuer.origin()).is_err()
    }

    fn bound_to(&self, bound: Bound) -> Option<&str> {
        let cookie = match bound {
            Bound::Session => &self.browser.session,
            Bound::PreSession => &self.browser.pre_session,
        };
        cookie.as_ref().map(|cookie| cookie.expose().as_str())
    }

    /// A page without forms.
    pub fn plain_page(&self) -> Page<'_> {
        Page::new(self.app.issuer.path(), &self.brand)
    }

    /// A page with forms.
    pub fn page(&self, bound: Bound) -> Page<'_> {
        let token = self.bound_to(bound).map(|cookie| csrf::token(&self.app.sealer, cookie));
        self.plain_page().with_csrf(token.unwrap_or_default())
    }

    /// Whether the page before this one said that something was saved.
    pub fn was_saved(&self) -> bool {
        self.request.query_string() == "saved=1"
    }

    /// A path of ours with a query.
    pub fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        let base = self.app.issuer.path();
        if query.is_empty() {
            return format!("{base}{path}");
        }
        format!("{base}{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish())
    }

    /// Shows a page whose forms stay with us.
    pub fn render(&self, template: &impl Template, status: StatusCode) -> HttpResponse {
        self.render_for(template, status, None)
    }

    /// Shows a page whose form may end at an application.
    pub fn render_for(&self, template: &impl Template, status: StatusCode, redirect_uri: Option<&str>) -> HttpResponse {
        let form_action = redirect_uri.map_or(FormAction::Own, |uri| FormAction::Client(Some(uri.to_owned())));
        self.finish(render::page(&self.app, template, status, form_action))
    }

    /// To a page of ours, below the issuer.
    pub fn redirect(&self, path: &str) -> HttpResponse {
        self.redirect_to(&self.url(path, &[]))
    }

    /// To a proven address.
    pub fn redirect_to(&self, location: &str) -> HttpResponse {
        self.finish(respond::redirect(location))
    }

    /// Back to the page, which says that it is done.
    pub fn saved(&self, path: &str) -> HttpResponse {
        self.redirect_to(&self.url(path, &[("saved", "1")]))
    }

    /// What the authorization endpoint answers, to this browser.
    pub async fn answer(self, answer: Answer) -> HttpResponse {
        respond_to_authorize(&self.app, &self.request, (&self.browser, self.cookies), answer).await
    }

    /// The page of a failure.
    pub fn failure(&self, failure: Failure) -> HttpResponse {
        let endpoint = observe::endpoint(self.request.path(), self.app.issuer.path());
        self.finish(error_page::failure(&self.app, &self.request, &failure, (endpoint, None)))
    }

    /// A request that was answered before, or has expired.
    pub fn gone(&self) -> HttpResponse {
        const GONE: OAuthError = OAuthError::invalid_request("This page has expired or was answered before.");
        self.failure(GONE.into())
    }

    /// A request of another session.
    pub fn foreign(&self) -> HttpResponse {
        const FOREIGN: OAuthError = OAuthError::access_denied("This page belongs to another sign-in.");
        self.failure(FOREIGN.into())
    }

    /// A form without one of its fields, or with one that is none of ours.
    pub fn incomplete(&self, field: &'static str) -> HttpResponse {
        self.failure(OAuthError::invalid_request("The form is incomplete, or carries more than its page asked for.").about(field).into())
    }

    /// A page that does not exist, or not any more.
    pub fn not_found(&self) -> HttpResponse {
        self.finish(error_page::not_found(&self.app, &self.request))
    }

    /// Says when to come back.
    pub fn retry_after(response: &mut HttpResponse, wait: Duration) {
        respond::retry_after(response, wait);
    }

    fn finish(&self, mut response: HttpResponse) -> HttpResponse {
        for cookie in &self.cookies {
            if let Err(error) = response.add_cookie(cookie) {
                tracing::error!(%error, "a cookie could not be set");
            }
        }
        response
    }
}
