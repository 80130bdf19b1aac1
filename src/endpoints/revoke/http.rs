//! `POST /oauth2/revoke`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract::FormBody;
use crate::web::{cors, respond};

/// RFC 7009 §2.2: 200 with nothing in it.
pub async fn revoke(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    let mut client_id = None;
    let response = match super::revoke(&app, body.as_str(), &respond::credentials(&request, &app), &mut client_id).await {
        Ok(()) => respond::empty(StatusCode::OK),
        Err(failure) => respond::oauth_error(&app, &request, &failure, (Endpoint::Revoke, client_id.as_deref())),
    };
    cors::allow_client(&app, &request, client_id.as_deref(), response).await
}
