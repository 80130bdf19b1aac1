//! The embedded static files, under names that carry their hash, so that browsers may keep them for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::web::brand::BrandView;
use crate::web::{error_page, etag, render};

#[derive(rust_embed::Embed)]
#[folder = "static/"]
struct Embedded;

/// One year: such a URL never means other bytes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A plain name may come to mean other bytes with the next release.
const REVALIDATE: &str = "public, max-age=0, must-revalidate";

struct Asset {
    name: String,
    hashed_name: String,
    hash: String,
    content_type: &'static str,
    data: Cow<'static, [u8]>,
}

/// The files are part of the program, so this table is as constant as they are.
static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| Embedded::iter().filter_map(|name| load(&name)).collect());

fn load(name: &str) -> Option<Asset> {
    let data = Embedded::get(name)?.data;
    let hash: String = Sha256::digest(&data).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let hashed_name = match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    };
    Some(Asset { name: name.to_owned(), hashed_name, hash, content_type: content_type(name), data })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The path below the issuer of a static file: `/static/app.0123456789abcdef.css`. An unknown name keeps its plain form.
pub fn path(name: &str) -> String {
    let named = ASSETS.iter().find(|asset| asset.name == name).map_or(name, |asset| &asset.hashed_name);
    format!("/static/{named}")
}

/// `GET /static/{name}`.
pub async fn file(request: HttpRequest, app: web::Data<App>, name: web::Path<String>) -> HttpResponse {
    respond(&name, request.headers()).unwrap_or_else(|| error_page::not_found(&app, &request))
}

/// `GET /static/brand.css`.
pub async fn brand(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    respond_brand(&render::brand(&request, &app), request.headers(), request.query_string())
}

/// `GET /static/logo`: the operator's own picture. Opened by itself, an SVG must not run anything.
pub async fn logo(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let brand = render::brand(&request, &app);
    let Some(file) = &brand.logo_file else { return error_page::not_found(&app, &request) };
    let caching = caching_by_version(request.query_string(), &file.version);
    let mut response = answer(request.headers(), &file.version, caching, file.content_type, Cow::Owned(file.data.clone()));
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    response
}

fn caching_by_version(query: &str, version: &str) -> &'static str {
    if query.strip_prefix("v=") == Some(version) { IMMUTABLE } else { REVALIDATE }
}

/// Answers `GET /static/{name}`; the request's headers decide between 200 and 304. `None`: there is no such file.
pub fn respond(name: &str, headers: &HeaderMap) -> Option<HttpResponse> {
    let asset = ASSETS.iter().find(|asset| asset.hashed_name == name || asset.name == name)?;
    let caching = if asset.hashed_name == name { IMMUTABLE } else { REVALIDATE };
    Some(answer(headers, &asset.hash, caching, asset.content_type, asset.data.clone()))
}

/// Answers `GET /static/brand.css`.
pub fn respond_brand(brand: &BrandView, headers: &HeaderMap, query: &str) -> HttpResponse {
    answer(
        headers,
        &brand.version,
        caching_by_version(query, &brand.version),
        "text/css; charset=utf-8",
        Cow::Owned(brand.css.clone().into_bytes()),
    )
}

fn answer(headers: &HeaderMap, tag: &str, caching: &'static str, content_type: &'static str, data: Cow<'static, [u8]>) -> HttpResponse {
    let tag = format!("\"{tag}\"");
    let known = etag::is_known(headers, tag.as_bytes());
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"));
    if known { response.finish() } else { response.content_type(content_type).body(data.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::StatusCode;

    fn asking(tag: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap());
        headers
    }

    #[test]
    fn a_hashed_name_is_kept_for_ever_and_a_plain_one_is_asked_again() {
        let hashed = path("app.css");
        assert!(hashed.starts_with("/static/app.") && hashed.ends_with(".css") && hashed != "/static/app.css", "{hashed}");
        let response = respond(hashed.trim_start_matches("/static/"), &HeaderMap::new()).unwrap();
        assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), IMMUTABLE);
        assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), "text/css; charset=utf-8");
        let response = respond("app.css", &HeaderMap::new()).unwrap();
        assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), REVALIDATE);
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        let tag = respond("app.css", &HeaderMap::new()).unwrap().headers().get(header::ETAG).unwrap().to_str().unwrap().to_owned();
        let response = respond("app.css", &asking(&format!("\"other\", W/{tag}"))).unwrap();
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(response.headers().get(header::CONTENT_TYPE).is_none());
        assert_eq!(respond("app.css", &asking("\"other\"")).unwrap().status(), StatusCode::OK);
    }

    #[test]
    fn only_embedded_names_are_answered() {
        for name in ["../Cargo.toml", "missing.css", "", "/etc/passwd"] {
            assert!(respond(name, &HeaderMap::new()).is_none(), "{name}");
        }
    }
}
