//! `GET` and `POST /setup`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::SetupPage;
use super::{Form, Outcome};
use crate::accounts::http::{Bound, Visit};
use crate::app::App;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::web::extract::FormBody;
use crate::web::page::{FieldErrors, NoticeKind};

/// What a password must be like, for people.
pub const PASSWORD_HINT: &str = "At least 8 characters. A few words in a row are easy to keep in mind.";

/// Shows the form while the link works.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    let token = match token(&visit) {
        Ok(token) => token,
        Err(failure) => return visit.failure(failure),
    };
    match super::is_alive(&app, &token).await {
        Ok(true) => page(&visit, &token, &Form::default(), Shown::default()),
        Ok(false) => visit.not_found(),
        Err(failure) => visit.failure(failure),
    }
}

/// Makes the administrator.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let token = match token(&visit) {
        Ok(token) => token,
        Err(failure) => return visit.failure(failure),
    };
    let fields = match visit.form(&body, Bound::PreSession) {
        Ok(fields) => fields,
        Err(failure) => return visit.failure(failure),
    };
    let text = |name| fields.get(name).unwrap_or_default().to_owned();
    let form = Form { email: text("email"), username: text("username"), password: Secret::new(text("password")) };
    match super::make(&app, &token, &form, &visit.browser).await {
        Ok(Outcome::Made(cookies)) => visit.signed_in(&cookies).redirect("/admin"),
        Ok(Outcome::Dead) => visit.not_found(),
        Ok(Outcome::Unfit(problems)) => {
            let mut errors = FieldErrors::none();
            problems.into_iter().for_each(|(field, problem)| errors.add(field, problem));
            page(&visit, &token, &form, Shown { status: StatusCode::UNPROCESSABLE_ENTITY, errors, busy: false })
        }
        Err(Failure::Busy(_)) => {
            page(&visit, &token, &form, Shown { status: StatusCode::SERVICE_UNAVAILABLE, busy: true, ..Shown::default() })
        }
        Err(failure) => visit.failure(failure),
    }
}

fn token(visit: &Visit) -> Result<String, Failure> {
    Ok(visit.query()?.get("token").unwrap_or_default().to_owned())
}

/// What a page says besides its form.
struct Shown {
    status: StatusCode,
    errors: FieldErrors,
    busy: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self { status: StatusCode::OK, errors: FieldErrors::none(), busy: false }
    }
}

fn page(visit: &Visit, token: &str, form: &Form, shown: Shown) -> HttpResponse {
    let mut page = visit.page(Bound::PreSession);
    if shown.busy {
        page = page.with_notice(NoticeKind::Error, "The server is busy. Try again in a moment.");
    }
    let template = SetupPage {
        page,
        email: form.email.clone(),
        username: form.username.clone(),
        errors: shown.errors,
        password_hint: PASSWORD_HINT,
        action: visit.url("/setup", &[("token", token)]),
    };
    let mut response = visit.render(&template, shown.status);
    if shown.busy {
        Visit::retry_after(&mut response, std::time::Duration::from_secs(2));
    }
    response
}
