//! `GET /explain/{error_id}`, for administrators.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::Explain;
use crate::admin::http::Visit;
use crate::admin::office::Problem;
use crate::app::App;

/// Shows why.
pub async fn show(app: web::Data<App>, request: HttpRequest, error_id: web::Path<String>) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match super::explain(&app.kv, &error_id).await {
        Ok(Some(explanation)) => visit.render(&Explain { page: visit.page("explain"), explanation }, StatusCode::OK),
        Ok(None) => visit.problem(&Problem::not_found(
            "refusal under the id",
            &error_id,
            "Refusals are kept for as long as AUTHY_LIFETIMES__ERROR_RECORD says.",
        )),
        Err(error) => visit.problem(&Problem::Failed(error.into())),
    }
}
