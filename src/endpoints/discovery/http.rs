//! `GET /.well-known/openid-configuration`, `/.well-known/oauth-authorization-server` and `/.well-known/jwks.json`.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::app::keys::Snapshot;
use crate::model::authorization_type::AuthorizationType;
use crate::spec::discovery::Metadata;
use crate::web::{etag, respond};

/// Shorter than the time a new key is published before it signs, so that no cache misses it.
const CACHE: &str = "public, max-age=3600";

/// The public documents as they go on the wire. Each is written anew when what it is made of changes.
#[derive(Debug)]
pub struct Documents {
    metadata: Metadata,
    /// Only the types of authorization details change while the server runs.
    discovery: ArcSwap<Written<Vec<AuthorizationType>>>,
    jwks: ArcSwap<Written<Snapshot>>,
    /// The paths of the one and the other.
    paths: ([String; 2], String),
}

#[derive(Debug)]
struct Written<S> {
    source: Arc<S>,
    body: web::Bytes,
    etag: HeaderValue,
}

impl Documents {
    /// For this provider.
    ///
    /// # Errors
    /// When the metadata cannot be written as JSON: a provider that nobody can discover does not start.
    pub fn new(app: &App) -> serde_json::Result<Self> {
        let metadata = super::document(app);
        let path = |name: &str| format!("{}/.well-known/{name}", app.issuer.path());
        Ok(Self {
            discovery: ArcSwap::from_pointee(write(&metadata, Arc::default())?),
            jwks: ArcSwap::from_pointee(published(app.keys.current())),
            paths: (["openid-configuration", "oauth-authorization-server"].map(path), path("jwks.json")),
            metadata,
        })
    }

    /// The document with these types of authorization details: RFC 9396 §10. Between two looks at the database they are the very same list.
    fn with_types(&self, types: Arc<Vec<AuthorizationType>>) -> serde_json::Result<Arc<Written<Vec<AuthorizationType>>>> {
        let written = self.discovery.load_full();
        if Arc::ptr_eq(&written.source, &types) {
            return Ok(written);
        }
        let next = if kinds(&written.source).eq(kinds(&types)) {
            Written { source: types, body: written.body.clone(), etag: written.etag.clone() }
        } else {
            write(&self.metadata, types)?
        };
        let next = Arc::new(next);
        self.discovery.store(next.clone());
        Ok(next)
    }

    /// The public keys.
    pub fn jwks(&self, app: &App, request: &HttpRequest) -> HttpResponse {
        self.with_keys(app.keys.current()).answer(request)
    }

    fn with_keys(&self, keys: Arc<Snapshot>) -> Arc<Written<Snapshot>> {
        let written = self.jwks.load_full();
        if Arc::ptr_eq(&written.source, &keys) {
            return written;
        }
        let next = Arc::new(published(keys));
        self.jwks.store(next.clone());
        next
    }
}

fn kinds(types: &[AuthorizationType]) -> impl Iterator<Item = &str> {
    types.iter().map(|known| known.kind.as_str())
}

fn write(metadata: &Metadata, types: Arc<Vec<AuthorizationType>>) -> serde_json::Result<Written<Vec<AuthorizationType>>> {
    let mut metadata = metadata.clone();
    metadata.authorization_details_types_supported = kinds(&types).map(str::to_owned).collect();
    let body = serde_json::to_vec(&metadata)?;
    let etag = tag(&format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&body))));
    Ok(Written { source: types, body: body.into(), etag })
}

fn published(keys: Arc<Snapshot>) -> Written<Snapshot> {
    Written { body: web::Bytes::from_owner(keys.jwks.clone()), etag: tag(&keys.etag), source: keys }
}

fn tag(etag: &str) -> HeaderValue {
    HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// `GET` of a document that needs nobody to be asked, without looking for its route, which costs as much as the document does.
pub fn at_hand(app: &App, request: &HttpRequest) -> Option<HttpResponse> {
    let documents = request.app_data::<web::Data<Documents>>().filter(|_| request.method() == Method::GET)?;
    let (discovery, jwks) = &documents.paths;
    if request.path() == jwks {
        return Some(documents.jwks(app, request));
    }
    let asked = discovery.iter().any(|path| path == request.path());
    let types = asked.then(|| app.remembered_authorization_types()).flatten()?;
    documents.with_types(types).ok().map(|written| written.answer(request))
}

/// The metadata document. While the database is away it names no types of authorization details: nobody could ask for them.
pub async fn metadata(request: HttpRequest, app: web::Data<App>, documents: web::Data<Documents>) -> HttpResponse {
    match documents.with_types(app.authorization_types().await.unwrap_or_default()) {
        Ok(written) => written.answer(&request),
        Err(error) => {
            tracing::error!(%error, "the metadata could not be written as JSON");
            respond::empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

impl<S> Written<S> {
    /// A public document with a strong `ETag`: RFC 9110 §13.1.2.
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let fresh = etag::is_known(request.headers(), self.etag.as_bytes());
        let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header((header::ETAG, self.etag.clone()))
            .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(CACHE)))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")));
        if fresh {
            return response.finish();
        }
        response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json"))).body(self.body.clone())
    }
}
