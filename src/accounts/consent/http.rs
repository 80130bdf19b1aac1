//! `GET` and `POST /consent`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::ConsentPage;
use super::{Decision, Found};
use crate::accounts::http::{Bound, Visit};
use crate::accounts::person::Person;
use crate::app::App;
use crate::spec::params::Params;
use crate::web::extract::FormBody;

/// Where the page is.
pub const PATH: &str = "/consent";

/// Shows what an application asks for.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (handle, signed_in) = match visit.parked().await {
        Ok(parked) => parked,
        Err(response) => return response,
    };
    match super::question(&app, &handle, &signed_in).await {
        Ok(Found::Here(question)) => {
            let redirect_uri = question.redirect_uri.clone();
            let action = visit.url(PATH, &[("t", &handle)]);
            let template = ConsentPage::new(visit.page(Bound::Session), question, Person::of(&signed_in.user), action);
            visit.render_for(&template, StatusCode::OK, Some(&redirect_uri))
        }
        Ok(Found::Gone) => visit.gone(),
        Ok(Found::Foreign) => visit.foreign(),
        Err(failure) => visit.failure(failure),
    }
}

/// Takes the answer.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request).with_pre_session();
    let (handle, signed_in) = match visit.parked().await {
        Ok(parked) => parked,
        Err(response) => return response,
    };
    let form = match visit.form(&body, Bound::Session) {
        Ok(form) => form,
        Err(failure) => return visit.failure(failure),
    };
    let Some(decision) = decision(&form) else { return visit.incomplete("decision") };
    match super::answer(&app, &handle, decision, &signed_in).await {
        Ok(Found::Here(answer)) => visit.answer(answer).await,
        Ok(Found::Gone) => visit.gone(),
        Ok(Found::Foreign) => visit.foreign(),
        Err(failure) => visit.failure(failure),
    }
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
