//! `GET` and `POST /consent`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::ConsentPage;
use super::{Answered, Decision, Question};
use crate::accounts::http::{Bound, Visit};
use crate::accounts::person::Person;
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::spec::params::Params;
use crate::web::extract::FormBody;
use crate::web::page::{NoticeKind, Page};

/// Where the page is.
pub const PATH: &str = "/consent";

/// Over a question that is asked again.
pub const CHANGED: &str = "The application has changed its request since you opened this page. This is what it asks for now.";

/// The page of a question, and its status: one that is asked again says so.
pub fn asked(page: Page<'_>, again: bool) -> (Page<'_>, StatusCode) {
    if again { (page.with_notice(NoticeKind::Warning, CHANGED), StatusCode::CONFLICT) } else { (page, StatusCode::OK) }
}

/// Shows what an application asks for.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    page(&visit).await.unwrap_or_else(|instead| instead)
}

async fn page(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let (handle, signed_in) = visit.parked().await?;
    let question = visit.found(super::question(&visit.app, &handle, &signed_in).await)?;
    Ok(put(visit, (&handle, &signed_in), question, false))
}

fn put(visit: &Visit, (handle, signed_in): (&str, &SignedIn), question: Question, again: bool) -> HttpResponse {
    let redirect_uri = question.redirect_uri.clone();
    let action = visit.url(PATH, &[("t", handle)]);
    let (page, status) = asked(visit.page(Bound::Session), again);
    let template = ConsentPage::new(page, question, Person::of(&signed_in.user), action);
    visit.render_for(&template, status, Some(&redirect_uri))
}

/// Takes the answer.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    match answer(visit, &body).await {
        Ok(response) | Err(response) => response,
    }
}

async fn answer(visit: Visit, body: &FormBody) -> Result<HttpResponse, HttpResponse> {
    let (handle, signed_in, form) = visit.parked_form(body).await?;
    let decision = decision(&form).ok_or_else(|| visit.incomplete("decision"))?;
    let shown = form.get("shown").unwrap_or_default();
    match visit.found(super::answer(&visit.app, &handle, (decision, shown), &signed_in).await)? {
        Answered::Done(answer) => Ok(visit.answer(answer).await),
        Answered::Changed(question) => Ok(put(&visit, (&handle, &signed_in), *question, true)),
    }
}

/// The form has three fields. One that brings more, like a scope of its own, is not ours.
fn decision(form: &Params) -> Option<Decision> {
    if form.iter().any(|(name, _)| !matches!(name, "decision" | "shown" | "csrf_token")) {
        return None;
    }
    match form.get("decision") {
        Some("approve") => Some(Decision::Approve),
        Some("deny") => Some(Decision::Deny),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_more_than_an_answer_is_refused() {
        assert_eq!(decision(&Params::from_pairs([("csrf_token", "x"), ("shown", "y"), ("decision", "approve")])), Some(Decision::Approve));
        assert_eq!(decision(&Params::from_pairs([("decision", "approve"), ("scope", "admin")])), None);
        assert_eq!(decision(&Params::from_pairs([("decision", "maybe")])), None);
        assert_eq!(decision(&Params::default()), None);
    }
}
