//! `GET` and `POST /oauth2/logout`.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Outcome;
use crate::accounts::logout::farewell;
use crate::app::App;
use crate::failure::Failure;
use crate::telemetry::metrics::Endpoint;
use crate::web::cookies::{Cookies, Kind};
use crate::web::extract::{self, FormBody};
use crate::web::{error_page, respond};

/// RP-Initiated Logout §2: by GET.
pub async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let browser = extract::browser(&request, &app);
    let answer = match super::end_session(&app, request.query_string(), &browser).await {
        Ok(outcome) => finish(&app, outcome).await,
        Err(failure) => Err(failure),
    };
    answer.unwrap_or_else(|failure| error_page::failure(&app, &request, &failure, (Endpoint::EndSession, None)))
}

/// RP-Initiated Logout §2: by POST, which comes from another site without the Lax cookie; the same request by GET brings it.
pub async fn post(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    respond::post_to_get(&app.issuer, "/oauth2/logout", &request, &body).unwrap_or_else(|excess| extract::refuse(&request, excess))
}

async fn finish(app: &App, outcome: Outcome) -> Result<HttpResponse, Failure> {
    match outcome {
        Outcome::Confirm(asked) => Ok(respond::redirect(&app.issuer.url(&format!("/logout?request={}", super::seal(app, &asked)?)))),
        Outcome::SignedOut { ended, return_to } => {
            let mut response = respond::redirect(&farewell::next_stop(app, ended, return_to).await?);
            let cookies = Cookies::new(app.issuer.is_https());
            for kind in [Kind::Session, Kind::Admin, Kind::BrowserState] {
                // Clearing cannot fail; a session that has ended is worth nothing anyway.
                let _ = response.add_cookie(&cookies.clear(kind));
            }
            Ok(response)
        }
    }
}
