//! `POST /oauth2/bc-authorize`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::spec::error::ErrorCode;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract::FormBody;
use crate::web::respond;

/// CIBA Core §7.3, and §13 for errors, of which one is forbidden rather than bad.
pub async fn authenticate(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    let mut client_id = None;
    let credentials = respond::credentials(&request, &app);
    match super::authenticate(&app, (body.as_str(), &credentials), &mut client_id).await {
        Ok(acknowledged) => respond::json_no_store(&acknowledged),
        Err(failure) => {
            let mut response = respond::oauth_error(&app, &request, &failure, (Endpoint::BackchannelAuthentication, client_id.as_deref()));
            if failure.code() == ErrorCode::AccessDenied {
                *response.status_mut() = StatusCode::FORBIDDEN;
            }
            response
        }
    }
}
