//! `GET /.well-known/jwks.json`.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::endpoints::discovery::http::public_json;

/// Shorter than the time a new key is published before it signs, so that no cache misses it.
const CACHE: &str = "public, max-age=3600";

/// The public keys.
pub async fn jwks(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let keys = app.keys.current();
    public_json(&request, &keys.etag, web::Bytes::from_owner(keys.jwks.clone()), CACHE)
}
