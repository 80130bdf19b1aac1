//! `GET` and `POST /oauth2/authorize`: turns an [`Answer`] into HTTP, and nothing else.

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse, web};

use super::interaction::Interaction;
use super::{Answer, Waiting};
use crate::accounts::browser::Browser;
use crate::accounts::transaction;
use crate::app::App;
use crate::failure::Failure;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract::{self, FormBody};
use crate::web::{error_page, render, report, respond};

/// OIDC Core §3.1.2.1: by GET.
pub async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let browser = extract::browser(&request, &app);
    let answer = super::authorize(&app, request.query_string(), &browser).await;
    respond(&app, &request, (&browser, Vec::new()), answer).await
}

/// OIDC Core §3.1.2.1: by POST. It comes from another site, so the Lax session cookie stays behind; the same request by GET brings it, unless
/// it is too long for that.
pub async fn post(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    match respond::post_to_get(&app.issuer, "/oauth2/authorize", &request, &body) {
        Ok(moved) => moved,
        Err(_) => {
            let answer = Box::pin(super::too_long(&app, body.as_str())).await;
            respond(&app, &request, (&extract::browser(&request, &app), Vec::new()), answer).await
        }
    }
}

/// What an authorization request came to, with the cookies that the browser gets on the way.
pub async fn respond(
    app: &web::Data<App>,
    request: &HttpRequest,
    visitor: (&Browser, Vec<Cookie<'static>>),
    answer: Answer,
) -> HttpResponse {
    let (browser, mut cookies) = visitor;
    let mut response = match answer {
        Answer::Page(failure, client_id) => error_page::failure(app, request, &failure, (Endpoint::Authorize, client_id.as_deref())),
        Answer::Return(delivery, refused) => {
            let mut response = render::delivery(app, request, &delivery);
            if let Some(refused) = refused {
                report::publish_as(app, &refused.error_id, &refused.failure, (Endpoint::Authorize, Some(&refused.client_id)));
                respond::name_error(&mut response, &refused.error_id);
            }
            response
        }
        Answer::Interact(waiting) => match page_for(app, browser, *waiting, &mut cookies).await {
            Ok(location) => respond::redirect(&location),
            Err(failure) => error_page::failure(app, request, &failure, (Endpoint::Authorize, None)),
        },
    };
    for cookie in &cookies {
        // A cookie of ours is always a valid header; were it not, the person would be asked to sign in again.
        let _ = response.add_cookie(cookie);
    }
    response
}

/// Where the person has to go, and the request with them: sealed in the URL before sign-in, kept in the store after it.
async fn page_for(app: &App, browser: &Browser, waiting: Waiting, cookies: &mut Vec<Cookie<'static>>) -> Result<String, Failure> {
    let Waiting { interaction, transaction, session } = waiting;
    match (interaction, session) {
        (Interaction::Login(_), _) | (_, None) => {
            let mut browser = browser.clone();
            extract::name_browser(app, &mut browser, cookies);
            let sealed = transaction::seal(app, transaction, &browser)?;
            Ok(app.issuer.url(&format!("{}{sealed}", transaction::SIGN_IN)))
        }
        (Interaction::SelectAccount, Some(session)) => {
            let handle = transaction::park(app, transaction, session).await?;
            Ok(app.issuer.url(&format!("/login/select?t={handle}")))
        }
        (Interaction::Consent, Some(session)) => {
            let handle = transaction::park(app, transaction, session).await?;
            Ok(app.issuer.url(&format!("/consent?t={handle}")))
        }
    }
}
