//! `GET` and `POST /device`.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::{ConfirmPage, DonePage, EntryPage};
use super::{Answered, Looked, PATH, Question};
use crate::accounts::browser::shown_address;
use crate::accounts::consent::Decision;
use crate::accounts::consent::http::asked;
use crate::accounts::http::{Bound, Visit};
use crate::accounts::person::Person;
use crate::accounts::profile::http::{person, person_with_form};
use crate::app::App;
use crate::endpoints::authorize::SignedIn;
use crate::spec::device::UserCode;
use crate::spec::params::Params;
use crate::web::extract::FormBody;
use crate::web::page::NoticeKind;

/// Asks for the code; or, where the address brings it, asks whether the device may be connected (RFC 8628 §3.3.1).
pub async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let query = match visit.query() {
        Ok(query) => query,
        Err(failure) => return visit.failure(failure),
    };
    let typed = query.get("user_code");
    let back = Params::from_pairs(typed.map(|typed| ("user_code", typed))).encode();
    let back = if back.is_empty() { PATH.to_owned() } else { format!("{PATH}?{back}") };
    let signed_in = match person(&visit, &back).await {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    match typed {
        // A page elsewhere fills the form and no more: it cannot use up the tries of whoever looks at it.
        Some(typed) if visit.comes_from_elsewhere() => {
            let code = UserCode::parse(typed).map(|code| code.for_people()).unwrap_or_default();
            entry(&visit, StatusCode::OK, None, &code)
        }
        Some(typed) => ask(&visit, typed, &signed_in).await,
        None => entry(&visit, StatusCode::OK, None, ""),
    }
}

/// Takes a code, or the answer to the question about it.
pub async fn submit(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let visit = Visit::new(&app, &request);
    let (signed_in, form) = match person_with_form(&visit, PATH, &body).await {
        Ok(sent) => sent,
        Err(response) => return response,
    };
    let decision = match form.get("decision") {
        Some("allow") => Decision::Approve,
        Some("deny") => Decision::Deny,
        Some(_) => return visit.incomplete("decision"),
        None => return ask(&visit, form.get("user_code").unwrap_or_default(), &signed_in).await,
    };
    match super::answer(&app, form.get("device").unwrap_or_default(), decision, &signed_in).await {
        Ok(Answered::Done(client)) => {
            let allowed = decision == Decision::Approve;
            visit.render(&DonePage::new(visit.plain_page(), client, allowed), StatusCode::OK)
        }
        Ok(Answered::Changed(question)) => confirm(&visit, *question, &signed_in, true),
        Ok(Answered::Gone) => {
            let wrong = "That code was answered before or has expired. Start again on the device.";
            entry(&visit, StatusCode::BAD_REQUEST, Some(wrong), "")
        }
        Err(failure) => visit.failure(failure),
    }
}

async fn ask(visit: &Visit, typed: &str, signed_in: &SignedIn) -> HttpResponse {
    if typed.trim().is_empty() {
        return entry(visit, StatusCode::BAD_REQUEST, Some("Type the code that the device shows."), "");
    }
    match super::look_up(&visit.app, typed, signed_in, visit.browser.address).await {
        Ok(Looked::Found(question)) => confirm(visit, *question, signed_in, false),
        Ok(Looked::Unknown) => {
            tracing::info!(address = shown_address(visit.browser.address), "refused a user code");
            entry(
                visit,
                StatusCode::BAD_REQUEST,
                Some("No device waits under that code. Look at the device again: codes live for a few minutes."),
                typed,
            )
        }
        Ok(Looked::Wait(wait)) => {
            tracing::warn!(address = shown_address(visit.browser.address), "slowed down user codes");
            wait_for(visit, wait, typed)
        }
        Err(failure) => visit.failure(failure),
    }
}

fn confirm(visit: &Visit, question: Question, signed_in: &SignedIn, again: bool) -> HttpResponse {
    let (page, status) = asked(visit.page(Bound::Session), again);
    visit.render(&ConfirmPage::new(page, question, Person::of(&signed_in.user)), status)
}

fn wait_for(visit: &Visit, wait: Duration, typed: &str) -> HttpResponse {
    let wrong = "Too many codes were tried. Wait ten minutes, then try again.";
    let mut response = entry(visit, StatusCode::TOO_MANY_REQUESTS, Some(wrong), typed);
    Visit::retry_after(&mut response, wait);
    response
}

fn entry(visit: &Visit, status: StatusCode, wrong: Option<&'static str>, typed: &str) -> HttpResponse {
    let page = visit.page(Bound::Session);
    let page = match wrong {
        Some(wrong) => page.with_notice(NoticeKind::Error, wrong),
        None => page,
    };
    visit.render(&EntryPage { page, code: typed.to_owned() }, status)
}
