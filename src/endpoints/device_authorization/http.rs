//! `POST /oauth2/device_authorization`.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract::FormBody;
use crate::web::{cors, respond};

/// RFC 8628 §3.2: JSON that nobody keeps.
pub async fn device_authorization(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    let mut client_id = None;
    let credentials = respond::credentials(&request, &app);
    let answer = super::device_authorization(&app, (body.as_str(), &credentials), &mut client_id).await;
    let response = match answer {
        Ok(codes) => respond::json_no_store(&codes),
        Err(failure) => respond::oauth_error(&app, &request, &failure, (Endpoint::DeviceAuthorization, client_id.as_deref())),
    };
    cors::allow_client(&app, &request, client_id.as_deref(), response).await
}
