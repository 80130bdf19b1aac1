//! `POST /oauth2/introspect`.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::web::extract::FormBody;
use crate::web::respond;

/// RFC 7662 §2.
pub async fn introspect(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    match super::introspect(&app, body.as_str(), &respond::credentials(&request, &app)).await {
        Ok(facts) => respond::json_no_store(&facts),
        Err(failure) => respond::oauth_error(&app, &request, &failure, ("introspect", None)),
    }
}
