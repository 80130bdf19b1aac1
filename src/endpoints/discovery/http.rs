//! `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::spec::discovery::Metadata;

/// The document. Only the types of authorization details change while the server runs, and with them it is written anew.
#[derive(Debug)]
pub struct Documents {
    metadata: Metadata,
    written: Mutex<Arc<Written>>,
}

#[derive(Debug)]
struct Written {
    types: Vec<String>,
    body: web::Bytes,
    etag: String,
}

impl Documents {
    /// For this provider.
    pub fn new(app: &App) -> Self {
        let metadata = super::document(app);
        let written = Mutex::new(Arc::new(write(&metadata, Vec::new())));
        Self { metadata, written }
    }

    /// The document with these types of authorization details: RFC 9396 §10.
    fn with_types(&self, types: Vec<String>) -> Arc<Written> {
        // A panic while it was locked cannot leave it half-written.
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.types != types {
            *written = Arc::new(write(&self.metadata, types));
        }
        written.clone()
    }
}

fn write(metadata: &Metadata, types: Vec<String>) -> Written {
    let mut metadata = metadata.clone();
    metadata.authorization_details_types_supported.clone_from(&types);
    let body = serde_json::to_vec(&metadata).unwrap_or_default();
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&body)));
    Written { types, body: body.into(), etag }
}

/// The metadata document. While the database is away it names no types of authorization details: nobody could ask for them.
pub async fn metadata(request: HttpRequest, app: web::Data<App>, documents: web::Data<Documents>) -> HttpResponse {
    let types = app.authorization_types().await.map(|types| types.iter().map(|known| known.kind.clone()).collect()).unwrap_or_default();
    let written = documents.with_types(types);
    public_json(&request, &written.etag, written.body.clone(), "public, max-age=3600")
}

/// A public document with a strong `ETag`: RFC 9110 §13.1.2.
pub fn public_json(request: &HttpRequest, etag: &str, body: web::Bytes, cache: &'static str) -> HttpResponse {
    let tag = HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\""));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = known.is_some_and(|list| list.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*"));
    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(cache)))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")));
    if fresh {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json"))).body(body)
}
