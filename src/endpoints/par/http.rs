//! `POST /oauth2/par`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract::FormBody;
use crate::web::security_headers::no_store;
use crate::web::{cors, respond};

/// RFC 9126 §2.2: 201, never cached.
pub async fn push(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    let mut client_id = None;
    let sent = (body.as_str(), &respond::credentials(&request, &app));
    let response = match super::push(&app, sent, &mut client_id).await {
        Ok(pushed) => {
            let mut response = respond::json(StatusCode::CREATED, &pushed);
            no_store(response.headers_mut());
            response
        }
        Err(failure) => respond::oauth_error(&app, &request, &failure, (Endpoint::Par, client_id.as_deref())),
    };
    cors::allow_client(&app, &request, client_id.as_deref(), response).await
}
