//! `GET` and `POST /account/approvals`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::Answered;
use super::page::ApprovalsPage;
use crate::accounts::consent::Decision;
use crate::accounts::consent::http::CHANGED;
use crate::accounts::http::Visit;
use crate::accounts::profile::http::{page, person, person_with_form};
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::web::extract::FormBody;
use crate::web::page::NoticeKind;

const PATH: &str = "/account/approvals";

/// Lists what waits for an answer.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    match person(&visit, PATH).await {
        Ok(signed_in) => {
            let done = match request.query_string() {
                "answer=allow" => Some((NoticeKind::Success, "You allowed it. The application goes on by itself.")),
                "answer=deny" => Some((NoticeKind::Success, "You did not allow it. The application got nothing.")),
                _ => None,
            };
            render(&visit, &signed_in, (StatusCode::OK, done)).await
        }
        Err(response) => response,
    }
}

/// Takes an answer.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (signed_in, form) = match person_with_form(&visit, PATH, &body).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let (decision, said) = match form.get("decision") {
        Some("allow") => (Decision::Approve, "allow"),
        Some("deny") => (Decision::Deny, "deny"),
        _ => return visit.incomplete("decision"),
    };
    let Some(id) = form.get("request").and_then(|text| Uuid::parse_str(text).ok()) else { return visit.incomplete("request") };
    match super::answer(&app, id, (decision, form.get("shown").unwrap_or_default()), &signed_in).await {
        Ok(Answered::Done) => visit.redirect_to(&visit.url(PATH, &[("answer", said)])),
        Ok(Answered::Changed) => render(&visit, &signed_in, (StatusCode::CONFLICT, Some((NoticeKind::Warning, CHANGED)))).await,
        Ok(Answered::Gone) => {
            let gone = (NoticeKind::Error, "That request was answered before or has expired.");
            render(&visit, &signed_in, (StatusCode::BAD_REQUEST, Some(gone))).await
        }
        Err(failure) => visit.failure(failure),
    }
}

async fn render(visit: &Visit, signed_in: &SignedIn, shown: (StatusCode, Option<(NoticeKind, &'static str)>)) -> HttpResponse {
    let waiting = match super::list(&visit.app, &signed_in.user.subject).await {
        Ok(waiting) => waiting,
        Err(failure) => return visit.failure(failure),
    };
    let mut page = page(visit, "approvals", signed_in);
    if let Some((kind, text)) = shown.1 {
        page = page.with_notice(kind, text);
    }
    visit.render(&ApprovalsPage::new(page, waiting), shown.0)
}
