//! `POST /oauth2/revoke`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::web::extract::FormBody;
use crate::web::{cors, respond};

/// RFC 7009 §2.2: 200 with nothing in it.
pub async fn revoke(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    let response = match super::revoke(&app, body.as_str(), &respond::authorization(&request)).await {
        Ok(()) => respond::empty(StatusCode::OK),
        Err(failure) => respond::oauth_error(&app, &request, &failure, ("revoke", None)),
    };
    cors::allow_any_client(&app, &request, response).await
}
