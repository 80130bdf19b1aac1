//! `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::model::authorization_type::AuthorizationType;
use crate::spec::discovery::Metadata;

/// The document. Only the types of authorization details change while the server runs, and with them it is written anew.
#[derive(Debug)]
pub struct Documents {
    metadata: Metadata,
    written: ArcSwap<Written>,
}

#[derive(Debug)]
struct Written {
    types: Arc<Vec<AuthorizationType>>,
    body: web::Bytes,
    etag: String,
}

impl Documents {
    /// For this provider.
    pub fn new(app: &App) -> Self {
        let metadata = super::document(app);
        let written = ArcSwap::from_pointee(write(&metadata, Arc::default()));
        Self { metadata, written }
    }

    /// The document with these types of authorization details: RFC 9396 §10. Between two looks at the database they are the very same list.
    fn with_types(&self, types: Arc<Vec<AuthorizationType>>) -> Arc<Written> {
        let written = self.written.load_full();
        if Arc::ptr_eq(&written.types, &types) {
            return written;
        }
        let next = if kinds(&written.types).eq(kinds(&types)) {
            Written { types, body: written.body.clone(), etag: written.etag.clone() }
        } else {
            write(&self.metadata, types)
        };
        let next = Arc::new(next);
        self.written.store(next.clone());
        next
    }
}

fn kinds(types: &[AuthorizationType]) -> impl Iterator<Item = &str> {
    types.iter().map(|known| known.kind.as_str())
}

fn write(metadata: &Metadata, types: Arc<Vec<AuthorizationType>>) -> Written {
    let mut metadata = metadata.clone();
    metadata.authorization_details_types_supported = kinds(&types).map(str::to_owned).collect();
    let body = serde_json::to_vec(&metadata).unwrap_or_default();
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&body)));
    Written { types, body: body.into(), etag }
}

/// The metadata document. While the database is away it names no types of authorization details: nobody could ask for them.
pub async fn metadata(request: HttpRequest, app: web::Data<App>, documents: web::Data<Documents>) -> HttpResponse {
    let written = documents.with_types(app.authorization_types().await.unwrap_or_default());
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
