//! `GET` and `POST /consent`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::Decision;
use super::page::ConsentPage;
use crate::accounts::http::{Bound, Visit};
use crate::accounts::person::Person;
use crate::app::App;
use crate::endpoints::authorize::Answer;
use crate::spec::params::Params;
use crate::web::extract::FormBody;

/// Where the page is.
pub const PATH: &str = "/consent";

/// Shows what an application asks for.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    page(&visit).await.unwrap_or_else(|instead| instead)
}

async fn page(visit: &Visit) -> Result<HttpResponse, HttpResponse> {
    let (handle, signed_in) = visit.parked().await?;
    let question = visit.found(super::question(&visit.app, &handle, &signed_in).await)?;
    let redirect_uri = question.redirect_uri.clone();
    let action = visit.url(PATH, &[("t", &handle)]);
    let template = ConsentPage::new(visit.page(Bound::Session), question, Person::of(&signed_in.user), action);
    Ok(visit.render_for(&template, StatusCode::OK, Some(&redirect_uri)))
}

/// Takes the answer.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    match answer(&visit, &body).await {
        Ok(answer) => visit.answer(answer).await,
        Err(instead) => instead,
    }
}

async fn answer(visit: &Visit, body: &FormBody) -> Result<Answer, HttpResponse> {
    let (handle, signed_in, form) = visit.parked_form(body).await?;
    let decision = decision(&form).ok_or_else(|| visit.incomplete("decision"))?;
    visit.found(super::answer(&visit.app, &handle, decision, &signed_in).await)
}

/// The form has two fields. One that brings more, like a scope of its own, is not ours.
fn decision(form: &Params) -> Option<Decision> {
    if form.iter().any(|(name, _)| !matches!(name, "decision" | "csrf_token")) {
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
        assert_eq!(decision(&Params::from_pairs([("csrf_token", "x"), ("decision", "approve")])), Some(Decision::Approve));
        assert_eq!(decision(&Params::from_pairs([("decision", "approve"), ("scope", "admin")])), None);
        assert_eq!(decision(&Params::from_pairs([("decision", "maybe")])), None);
        assert_eq!(decision(&Params::default()), None);
    }
}
