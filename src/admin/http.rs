//! What every page of administration goes through: who asks is let in or stopped, forms are proven to be ours, answers are locked down.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use url::form_urlencoded;

use crate::accounts::browser::Browser;
use crate::admin::form::Form;
use crate::admin::guard::page::Interstitial;
use crate::admin::guard::{self, Administrator, Stopped};
use crate::admin::office::{Office, Problem};
use crate::admin::page::{Message, Overview};
use crate::app::App;
use crate::failure::Failure;
use crate::spec::error::OAuthError;
use crate::telemetry::audit::Actor;
use crate::telemetry::metrics::Endpoint;
use crate::web::brand::BrandView;
use crate::web::extract::{self, FormBody};
use crate::web::page::{Area, NoticeKind, Page, SignedIn};
use crate::web::security_headers::FormAction;
use crate::web::{csrf, error_page, render, respond};

/// Under which name refusals are logged and counted.
const ENDPOINT: Endpoint = Endpoint::Admin;

/// `GET /admin`
pub async fn overview(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().overview().await {
        Ok(overview) => visit.render(&Overview { page: visit.page("overview"), overview }, StatusCode::OK),
        Err(problem) => visit.problem(&problem),
    }
}

/// A request of an administrator.
#[derive(Debug)]
pub struct Visit {
    /// The running provider.
    pub app: web::Data<App>,
    /// Who asks.
    pub administrator: Administrator,
    request: HttpRequest,
    brand: web::Data<BrandView>,
    csrf: String,
}

impl Visit {
    /// Lets an administrator look at a page.
    ///
    /// # Errors
    /// The response to give instead: the sign-in page, an interstitial page, or 403.
    pub async fn enter(app: &web::Data<App>, request: &HttpRequest) -> Result<Self, HttpResponse> {
        let browser = extract::browser(request, app);
        match guard::admit(app, &browser).await {
            Ok(Ok(administrator)) => Ok(Self::new(app, request, (&browser, administrator))),
            // The sign-in page asks again for administration, in spite of a session without its cookie.
            Ok(Err(Stopped::NobodySignedIn | Stopped::SignInAgain)) => Err(sign_in(app, request)),
            Ok(Err(Stopped::CameFromElsewhere)) => Err(interstitial(app, request)),
            Ok(Err(Stopped::NotAdministrator)) => Err(refuse(app, request)),
            Err(failure) => Err(error_page::failure(app, request, &failure, (ENDPOINT, None))),
        }
    }

    /// Takes a form of an administrator: it must come from a page of ours in this very browser.
    ///
    /// # Errors
    /// The response to give instead: 403, whatever is missing.
    pub async fn submit(app: &web::Data<App>, request: &HttpRequest, body: &FormBody) -> Result<(Self, Form), HttpResponse> {
        let broken = |failure: &Failure| error_page::failure(app, request, failure, (ENDPOINT, None));
        let browser = extract::browser(request, app);
        let administrator = match guard::admit(app, &browser).await {
            Ok(Ok(administrator)) => administrator,
            Ok(Err(_)) => return Err(broken(&OAuthError::access_denied("This needs an administrator who is signed in.").into())),
            Err(failure) => return Err(broken(&failure)),
        };
        let form = Form::parse(body.as_str());
        let bound_to = browser.session.as_ref().map(|cookie| cookie.expose().as_str());
        let presented = Some(form.raw(csrf::FIELD)).filter(|token| !token.is_empty());
        csrf::check(&app.sealer, bound_to, presented, request.headers(), app.issuer.origin()).map_err(|refusal| broken(&refusal.into()))?;
        Ok((Self::new(app, request, (&browser, administrator)), form))
    }

    fn new(app: &web::Data<App>, request: &HttpRequest, (browser, administrator): (&Browser, Administrator)) -> Self {
        let bound_to = browser.session.as_ref().map_or("", |cookie| cookie.expose());
        let csrf = csrf::token(&app.sealer, bound_to);
        Self { app: app.clone(), administrator, request: request.clone(), brand: render::brand(request, app), csrf }
    }

    /// Where the administrator's work is done.
    pub fn office(&self) -> Office<'_> {
        Office::of(&self.app, Actor::Person(self.administrator.subject()))
    }

    /// A wide page with the navigation, and with a word about what was just done.
    pub fn page(&self, section: &'static str) -> Page<'_> {
        let user = &self.administrator.signed_in().user;
        let person = SignedIn {
            username: user.username.clone(),
            display_name: user.name.clone().unwrap_or_else(|| user.username.clone()),
            administrator: true,
        };
        let page = self.card().inside(Area::Admin, section, person);
        match done_words(self.request.query_string()) {
            Some(words) => page.with_notice(NoticeKind::Success, words),
            None => page,
        }
    }

    /// A page of one card: a question.
    pub fn card(&self) -> Page<'_> {
        Page::new(self.app.issuer.path(), &self.brand).with_csrf(self.csrf.clone())
    }

    /// A template as an answer.
    pub fn render(&self, template: &impl Template, status: StatusCode) -> HttpResponse {
        render::page(&self.app, template, status, FormAction::Own)
    }

    /// 303 to one of our pages, which says what was done.
    pub fn done(&self, path: &str, done: &str) -> HttpResponse {
        respond::redirect(&format!("{}?done={done}", self.app.issuer.url(path)))
    }

    /// What follows a step: the page that says it is done, or what is wrong.
    pub fn after<T>(&self, outcome: Result<T, Problem>, path: &str, done: &str) -> HttpResponse {
        match outcome {
            Ok(_) => self.done(path, done),
            Err(problem) => self.problem(&problem),
        }
    }

    /// What is wrong, as a page.
    pub fn problem(&self, problem: &Problem) -> HttpResponse {
        let (status, heading) = match problem {
            Problem::Failed(failure) => return error_page::failure(&self.app, &self.request, failure, (ENDPOINT, None)),
            Problem::NotFound(_) => (StatusCode::NOT_FOUND, "Not found"),
            Problem::Exists(_) => (StatusCode::CONFLICT, "This exists already"),
            Problem::Refused(_) => (StatusCode::CONFLICT, "That does not work"),
        };
        let link = (format!("{}/admin", self.app.issuer.path()), "To administration");
        self.render(&Message { page: self.card(), heading, text: problem.message(), link }, status)
    }
}

/// The path of the request below the issuer, with its query.
fn own_path(app: &App, request: &HttpRequest) -> String {
    let path = request.path();
    let path = path.strip_prefix(app.issuer.path()).unwrap_or(path);
    match request.query_string() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// 303 to the sign-in page, with the way back.
fn sign_in(app: &App, request: &HttpRequest) -> HttpResponse {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", &own_path(app, request)).finish();
    respond::redirect(&format!("{}?{query}", app.issuer.url("/login")))
}

/// The Strict cookie comes along when the person follows a link on our own page.
fn interstitial(app: &App, request: &HttpRequest) -> HttpResponse {
    let brand = render::brand(request, app);
    let page = Page::new(app.issuer.path(), &brand);
    let here = format!("{}{}", app.issuer.path(), own_path(app, request));
    render::page(app, &Interstitial { page, here }, StatusCode::FORBIDDEN, FormAction::Own)
}

/// Who is signed in is no administrator.
fn refuse(app: &App, request: &HttpRequest) -> HttpResponse {
    let brand = render::brand(request, app);
    let base = app.issuer.path();
    let link = (format!("{base}/account"), "To my account");
    let text = "This part is for administrators, and your account is not one.".to_owned();
    let message = Message { page: Page::new(base, &brand), heading: "You cannot go in here", text, link };
    render::page(app, &message, StatusCode::FORBIDDEN, FormAction::Own)
}

/// What `?done=…` says. Only words of ours, whatever a link may hold.
fn done_words(query: &str) -> Option<&'static str> {
    let (_, done) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done")?;
    Some(match done.as_ref() {
        "created" => "It has been created.",
        "saved" => "The changes are saved.",
        "deleted" => "It has been deleted.",
        "enabled" => "The application is enabled.",
        "disabled" => "The application is disabled: it is refused everywhere.",
        "retired" => "The secret no longer works.",
        "password" => "The password is set, and all sessions are ended.",
        "locked" => "The account is locked.",
        "unlocked" => "The account is unlocked.",
        "ended" => "Signed out there.",
        "disconnected" => "The application is disconnected.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_can_only_make_our_own_words_appear() {
        assert_eq!(done_words("after=x&done=saved"), Some("The changes are saved."));
        assert_eq!(done_words("done=You+have+won"), None);
        assert_eq!(done_words(""), None);
    }
}
