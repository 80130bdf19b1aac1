//! `GET` and `POST /oauth2/userinfo`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::UserInfo;
use crate::app::App;
use crate::failure::Failure;
use crate::spec::bearer;
use crate::spec::error::OAuthError;
use crate::spec::params::Params;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract::FormBody;
use crate::web::{cors, respond};

/// OIDC Core §5.3.1: the token in the header.
pub async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    answer(&request, &app, "").await
}

/// OIDC Core §5.3.1: the token in the header or in the form body (RFC 6750 §2.2).
pub async fn post(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    answer(&request, &app, body.as_str()).await
}

async fn answer(request: &HttpRequest, app: &web::Data<App>, body: &str) -> HttpResponse {
    let mut client_id = None;
    let response = match userinfo((request, body), app, &mut client_id).await {
        Ok(UserInfo::Json(claims)) => respond::json_no_store(&claims),
        Ok(UserInfo::Jwt(token)) => {
            let mut response = HttpResponse::Ok();
            response.content_type("application/jwt").insert_header((header::CACHE_CONTROL, "no-store")).body(token.expose().clone())
        }
        Err(failure) => respond::bearer_error(app, request, &failure, (Endpoint::Userinfo, client_id.as_deref())),
    };
    cors::allow_client(app, request, client_id.as_deref(), response).await
}

async fn userinfo((request, body): (&HttpRequest, &str), app: &App, client_id: &mut Option<String>) -> Result<UserInfo, Failure> {
    let credentials = respond::credentials(request, app);
    let (query, body) = (Params::parse(request.query_string())?, Params::parse(body)?);
    let found = bearer::find(&credentials.authorization, Some(&query), Some(&body))?;
    let (scheme, token) =
        found.ok_or_else(|| OAuthError::invalid_token("An access token is needed.").because("the request carries no access token"))?;
    let method = request.method().as_str();
    super::userinfo(app, &super::Request { method, scheme, token, credentials: &credentials }, client_id).await
}
