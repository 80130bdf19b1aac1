//! `GET /.well-known/jwks.json`.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::endpoints::discovery::http::Documents;

/// The public keys.
pub async fn jwks(request: HttpRequest, app: web::Data<App>, documents: web::Data<Documents>) -> HttpResponse {
    documents.jwks(&app, &request)
}
