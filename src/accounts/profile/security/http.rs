//! `GET` and `POST /account/security`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::SecurityPage;
use super::{Change, Outcome};
use crate::accounts::http::Visit;
use crate::accounts::profile::http::{page, person, person_with_form};
use crate::accounts::setup::http::PASSWORD_HINT;
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::secret::Secret;
use crate::web::extract::FormBody;
use crate::web::page::{FieldErrors, NoticeKind};

const PATH: &str = "/account/security";

/// Shows the form.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let signed_in = match person(&visit, PATH).await {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    let notice = visit.was_saved().then_some((NoticeKind::Success, "Your password is changed. Every other browser is signed out."));
    form(&visit, &signed_in, Shown { status: StatusCode::OK, notice, errors: FieldErrors::none() }).await
}

/// Changes the password.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (signed_in, fields) = match person_with_form(&visit, PATH, &body).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let secret = |name| Secret::from(fields.get(name).unwrap_or_default());
    let change = Change { current: secret("current_password"), new: secret("new_password"), repeated: secret("repeated_password") };
    match super::change(&app, &change, &signed_in, &visit.browser).await {
        Ok(Outcome::Changed(cookies)) => visit.signed_in(&cookies).saved(PATH),
        Ok(Outcome::Unfit(field, problem)) => {
            let mut errors = FieldErrors::none();
            errors.add(field, problem);
            form(&visit, &signed_in, Shown { status: StatusCode::UNPROCESSABLE_ENTITY, notice: None, errors }).await
        }
        Ok(Outcome::Wait(wait)) => {
            let notice = Some((NoticeKind::Error, "Too many attempts. Wait a while, then try again."));
            let shown = Shown { status: StatusCode::TOO_MANY_REQUESTS, notice, errors: FieldErrors::none() };
            let mut response = form(&visit, &signed_in, shown).await;
            Visit::retry_after(&mut response, wait);
            response
        }
        Err(failure) => visit.failure(failure),
    }
}

struct Shown {
    status: StatusCode,
    notice: Option<(NoticeKind, &'static str)>,
    errors: FieldErrors,
}

async fn form(visit: &Visit, signed_in: &SignedIn, shown: Shown) -> HttpResponse {
    let changed_at = match super::changed_at(&visit.app, &signed_in.user.subject).await {
        Ok(changed_at) => changed_at,
        Err(failure) => return visit.failure(failure),
    };
    let mut page = page(visit, "security", signed_in);
    if let Some((kind, text)) = shown.notice {
        page = page.with_notice(kind, text);
    }
    let template = SecurityPage {
        page,
        username: signed_in.user.username.clone(),
        changed_at: changed_at.map(|time| time.for_people().chars().take(10).collect()).unwrap_or_default(),
        errors: shown.errors,
        password_hint: PASSWORD_HINT,
    };
    visit.render(&template, shown.status)
}
