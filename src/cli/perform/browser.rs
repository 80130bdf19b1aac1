//! A browser without a window: goes through the provider's pages by their stable ids, until the answer goes to the redirect URI.
//!
//! It talks to one origin only, the issuer's: a redirect or a form that leads elsewhere ends the walk before anything is sent there.

mod forms;
mod jar;

use http::{Method, Request, Response, header};
use url::Url;

use self::forms::{Form, Kind, Page};
use self::jar::Jar;
use super::failures::{self, clean, wrong};
use super::redirect::{self, RedirectUri};
use super::steps::Steps;
use super::transport::{Transport, origin_and_path};
use crate::cli::output::CliError;
use crate::clock::{Clock as _, SystemClock};
use crate::secret::Secret;
use crate::spec::params::Params;

/// More pages and redirects than any sign-in has.
const MOST: usize = 30;

/// Who signs in.
#[derive(Debug)]
pub struct Person {
    /// What is typed as the user name.
    pub username: String,
    /// What is typed as the password.
    pub password: Secret<String>,
}

/// Where the walk may go, and where it ends.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Its origin is the only one that is sent anything.
    pub issuer: &'a Url,
    /// Where the answer goes, if it goes anywhere.
    pub redirect_uri: Option<&'a RedirectUri>,
    /// What to type where a page asks for the code of a device.
    pub user_code: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// The redirect URI, if `url` is it.
    fn received_by(&self, url: &Url) -> Option<&'a RedirectUri> {
        self.redirect_uri.filter(|redirect_uri| redirect_uri.receives(url))
    }
}

/// What the browser does next.
#[derive(Debug)]
enum Next {
    Get(Url),
    Post(Url, String),
    Arrived(Params),
}

/// What has been answered before: a form that comes back was refused.
#[derive(Debug, Default)]
struct Answered {
    login: bool,
    consents: usize,
    devices: usize,
}

/// Goes from `start` to the redirect URI, and gives the parameters that arrive there; or to the page that says that a device is connected.
///
/// # Errors
/// When the password is refused, a page is none that is known, or the way leads to another origin.
pub async fn walk(transport: &Transport, target: Target<'_>, start: Url, who: (&Person, &mut Steps)) -> Result<Params, CliError> {
    let (person, steps) = who;
    let (mut jar, mut answered) = (Jar::default(), Answered::default());
    let mut next = Next::Get(start);
    for _ in 0..MOST {
        let (method, url, body) = match next {
            Next::Get(url) => (Method::GET, url, None),
            Next::Post(url, body) => (Method::POST, url, Some(body)),
            Next::Arrived(params) => return Ok(params),
        };
        stay(&target, &url)?;
        let response = send(transport, &mut jar, (&method, &url), body.clone()).await?;
        steps.say("browser", &format!("{method} {}: {}", url.path(), response.status()));
        next = match redirected(&response, &url)? {
            Some(to) => match (target.received_by(&to), response.status().as_u16(), body) {
                (Some(redirect_uri), ..) => Next::Arrived(redirect_uri.answer(to.query().unwrap_or_default())?),
                (None, 307 | 308, Some(body)) => Next::Post(to, body),
                _ => Next::Get(to),
            },
            None => {
                let page = forms::read(&String::from_utf8_lossy(response.body()), &url);
                if matches!(page.kind, Kind::Login(_)) && response.status().as_u16() == 503 {
                    return Err(failures::busy(page.notice.as_deref().unwrap_or("the form comes back.")));
                }
                answer(page, person, &target, (&mut answered, steps))?
            }
        };
    }
    Err(wrong(format!("The provider leads in circles: {MOST} pages and redirects without an answer."), "RFC 6749 §4.1.2"))
}

/// Cookies and passwords are for the issuer's origin alone.
fn stay(target: &Target<'_>, url: &Url) -> Result<(), CliError> {
    if url.origin() == target.issuer.origin() {
        return Ok(());
    }
    Err(CliError::new(
        "other_origin",
        clean(&format!("The provider leads to {}, which is neither the issuer's origin nor the redirect URI.", origin_and_path(url))),
        "Leave out --username and sign in with a browser; for a refusal, compare --redirect-uri with what is registered.",
    ))
}

async fn send(transport: &Transport, jar: &mut Jar, to: (&Method, &Url), body: Option<String>) -> Result<Response<Vec<u8>>, CliError> {
    let (method, url) = to;
    let mut request = Request::builder().method(method).uri(url.as_str()).header(header::ACCEPT, "text/html,application/xhtml+xml");
    let now = SystemClock.now();
    if let Some(cookies) = jar.cookies_for(url.path(), now) {
        request = request.header(header::COOKIE, cookies);
    }
    if body.is_some() {
        request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, url.origin().ascii_serialization());
    }
    let request = request.body(body.unwrap_or_default().into_bytes());
    let request = request.map_err(|error| wrong(format!("The provider leads to an address that is none: {error}."), "RFC 3986"))?;
    let response = transport.send(request).await.map_err(|error| failures::unreachable(&error))?;
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        jar.keep(&String::from_utf8_lossy(cookie.as_bytes()), url.path(), now);
    }
    Ok(response)
}

/// Where a response sends the browser.
fn redirected(response: &Response<Vec<u8>>, at: &Url) -> Result<Option<Url>, CliError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    match location.and_then(|location| at.join(location).ok()) {
        Some(url) => Ok(Some(url)),
        None => Err(wrong(format!("{} redirects without saying where.", origin_and_path(at)), "RFC 9110 §15.4")),
    }
}

/// What a person would do on this page.
fn answer(page: Page, person: &Person, target: &Target<'_>, so_far: (&mut Answered, &mut Steps)) -> Result<Next, CliError> {
    let (answered, steps) = so_far;
    match page.kind {
        Kind::Login(form) if !answered.login => {
            answered.login = true;
            steps.say("sign-in", &format!("as {}", person.username));
            submit(form.with("username", &person.username).with("password", person.password.expose()))
        }
        Kind::Login(_) => {
            let why = page.notice.unwrap_or_else(|| "the form comes back".to_owned());
            Err(CliError::new(
                "login_failed",
                clean(&format!("The sign-in was refused: {why}")),
                "Check --username and the file with the password.",
            ))
        }
        Kind::Consent(form) if answered.consents < 3 => {
            answered.consents += 1;
            steps.say("consent", "allowed");
            submit(form)
        }
        Kind::SelectAccount(form) => {
            steps.say("account", "the one that is signed in");
            submit(form)
        }
        Kind::Device(form) if answered.devices < 2 => {
            answered.devices += 1;
            match target.user_code.filter(|_| form.names().any(|name| name == "user_code")) {
                Some(user_code) => submit(form.with("user_code", user_code)),
                None => {
                    steps.say("device", "allowed");
                    submit(form)
                }
            }
        }
        Kind::Device(_) => {
            let why = page.notice.unwrap_or_else(|| "the form comes back".to_owned());
            Err(CliError::new(
                "device_refused",
                clean(&format!("The code was refused: {why}")),
                "Start again; codes live for a few minutes.",
            ))
        }
        Kind::DeviceDone => Ok(Next::Arrived(Params::default())),
        Kind::FormPost(form) if form.post && target.received_by(&form.action).is_some() => {
            Ok(Next::Arrived(redirect::parse(&form.encoded())?))
        }
        Kind::FormPost(form) => {
            let message = format!("The provider's form goes to {}, not to the redirect URI.", origin_and_path(&form.action));
            Err(wrong(message, "OAuth 2.0 Form Post Response Mode §2"))
        }
        Kind::Error { code, description, id } => {
            let mend = format!("The provider's log says more about the error {}.", clean(&id));
            Err(CliError::new(&clean(&code), clean(&format!("The provider shows an error page: {code}: {description}")), mend))
        }
        Kind::SecondFactor => Err(unknown("The provider asks for a second factor.")),
        Kind::Consent(_) => Err(unknown("The provider asks for consent again and again.")),
        Kind::Other(title) => Err(unknown(&format!("The provider shows a page that cannot be driven: {title:?}."))),
    }
}

fn unknown(message: &str) -> CliError {
    CliError::new("unknown_page", clean(message), "Leave out --username and sign in with a browser.")
}

fn submit(form: Form) -> Result<Next, CliError> {
    let encoded = form.encoded();
    if form.post {
        return Ok(Next::Post(form.action, encoded));
    }
    if form.names().any(|name| name == "password") {
        return Err(wrong("The login form would put the password into the address.", "RFC 9110 §17.9"));
    }
    let mut url = form.action;
    url.set_query(Some(&encoded));
    Ok(Next::Get(url))
}

#[cfg(test)]
mod tests;
