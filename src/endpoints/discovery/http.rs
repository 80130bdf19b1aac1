//! `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::app::App;

/// The document, made once.
#[derive(Debug)]
pub struct Documents {
    body: web::Bytes,
    etag: String,
}

impl Documents {
    /// For this provider.
    pub fn new(app: &App) -> Self {
        let body = serde_json::to_vec(&super::document(app)).unwrap_or_default();
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&body)));
        Self { body: body.into(), etag }
    }
}

/// The metadata document.
pub async fn metadata(request: HttpRequest, documents: web::Data<Documents>) -> HttpResponse {
    public_json(&request, &documents.etag, documents.body.clone(), "public, max-age=3600")
}

/// A public document with a strong `ETag`: RFC 9110 §13.1.2.
pub fn public_json(request: &HttpRequest, etag: &str, body: web::Bytes, cache: &'static str) -> HttpResponse {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = known.is_some_and(|list| list.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*"));
    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if fresh {
        return response.finish();
    }
    response.content_type("application/json").body(body)
}
