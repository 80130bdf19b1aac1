//! How much a request may bring: checked before anything is parsed.

use std::time::Duration;

use actix_web::dev::{Payload, RequestHead};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use futures_util::StreamExt as _;

use crate::spec::error::OAuthError;
pub use crate::spec::params::MAX_TARGET;

/// The most bytes of a body.
pub const MAX_BODY: usize = 64 * 1024;
/// The most fields of a form.
pub const MAX_FIELDS: usize = 500;
/// The most bytes of all header fields together.
pub const MAX_HEADERS: usize = 32 * 1024;

/// How long a body may take to arrive: as long as a head may. Whoever sends a byte now and then holds no connection for longer.
pub const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// A request that is refused before anybody looks at what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// 413
    Body,
    /// 400
    Fields,
    /// 431
    Headers,
    /// 414
    Target,
    /// 413: a form that would go on as a query.
    Form,
    /// 415: not `application/x-www-form-urlencoded`, or compressed.
    MediaType,
    /// 415: not `application/json`, or compressed.
    NotJson,
    /// 400: the body is no text, or broke off.
    Unreadable,
    /// 408: the body did not arrive in time.
    Slow,
}

impl Excess {
    /// RFC 9110 §15.5.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Body | Self::Form => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Headers => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Target => StatusCode::URI_TOO_LONG,
            Self::MediaType | Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Fields | Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// What the sender may read.
    pub const fn public(self) -> OAuthError {
        OAuthError::invalid_request(match self {
            Self::Body => "The body of the request is larger than 64 KiB.",
            Self::Fields => "The form has too many fields.",
            Self::Headers => "The header fields of the request are too large.",
            Self::Target => "The URL of the request is too long.",
            Self::Form => "The form is too long: it goes on as a URL, which has at most 16 KiB.",
            Self::MediaType => "The body must be application/x-www-form-urlencoded and not compressed.",
            Self::NotJson => "The body must be application/json and not compressed.",
            Self::Unreadable => "The body of the request could not be read as text.",
            Self::Slow => "The body of the request did not arrive in time.",
        })
    }
}

/// Looks at the head of a request.
///
/// # Errors
/// When its target or its header fields are too large, or its path is no text.
pub fn check_head(head: &RequestHead) -> Result<(), Excess> {
    if head.uri.path_and_query().map_or(0, |target| target.as_str().len()) > MAX_TARGET {
        return Err(Excess::Target);
    }
    // No path of ours has a NUL, and not every store can be asked for one.
    if head.uri.path().contains("%00") {
        return Err(Excess::Unreadable);
    }
    let size: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > MAX_HEADERS { Err(Excess::Headers) } else { Ok(()) }
}

/// Whether a body is a form as RFC 6749 App. B has it; parameters such as `charset` are passed over.
///
/// # Errors
/// For another media type, and for a compressed body: nothing is ever inflated.
pub fn check_form_type(headers: &HeaderMap) -> Result<(), Excess> {
    if is_plain(headers, "application/x-www-form-urlencoded") { Ok(()) } else { Err(Excess::MediaType) }
}

/// Whether a body is JSON: RFC 7591 §3.1.
///
/// # Errors
/// As [`check_form_type`].
pub fn check_json_type(headers: &HeaderMap) -> Result<(), Excess> {
    if is_plain(headers, "application/json") { Ok(()) } else { Err(Excess::NotJson) }
}

fn is_plain(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    !encoded && media_type.eq_ignore_ascii_case(wanted)
}

/// Reads a body up to [`MAX_BODY`]. One that announces more is refused before a byte of it is read.
///
/// # Errors
/// When it is too large, too slow, breaks off, or is not UTF-8.
pub async fn read_text(headers: &HeaderMap, payload: &mut Payload) -> Result<String, Excess> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > MAX_BODY)) {
        return Err(Excess::Body);
    }
    match tokio::time::timeout(BODY_PATIENCE, collect(payload)).await {
        Ok(body) => String::from_utf8(body?).map_err(|_| Excess::Unreadable),
        Err(_) => Err(Excess::Slow),
    }
}

async fn collect(payload: &mut Payload) -> Result<Vec<u8>, Excess> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Excess::Unreadable)?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Excess::Body);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Counts the fields of a form without decoding them.
///
/// # Errors
/// When there are more than [`MAX_FIELDS`].
pub fn check_fields(body: &str) -> Result<(), Excess> {
    if body.bytes().filter(|byte| *byte == b'&').count() >= MAX_FIELDS { Err(Excess::Fields) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    async fn read(request: TestRequest) -> Result<String, Excess> {
        let (request, mut payload) = request.to_http_parts();
        read_text(request.headers(), &mut payload).await
    }

    #[tokio::test]
    async fn a_body_of_64_kib_is_read_and_one_byte_more_is_not() {
        let full = "a".repeat(MAX_BODY);
        assert_eq!(read(TestRequest::default().set_payload(full.clone())).await.unwrap().len(), MAX_BODY);
        assert_eq!(read(TestRequest::default().set_payload(full + "a")).await, Err(Excess::Body));
        assert_eq!(read(TestRequest::default().insert_header(("content-length", "99999999999999"))).await, Err(Excess::Body));
        assert_eq!(read(TestRequest::default().set_payload(vec![0xff])).await, Err(Excess::Unreadable));
    }

    #[test]
    fn only_plain_forms_are_forms() {
        let check = |headers: &[(&'static str, &'static str)]| {
            let request = headers.iter().fold(TestRequest::default(), |request, header| request.insert_header(*header)).to_http_request();
            check_form_type(request.headers())
        };
        assert_eq!(check(&[("content-type", "application/x-www-form-urlencoded")]), Ok(()));
        assert_eq!(check(&[("content-type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8")]), Ok(()));
        assert_eq!(check(&[("content-type", "application/json")]), Err(Excess::MediaType));
        assert_eq!(check(&[]), Err(Excess::MediaType));
        let zipped = [("content-type", "application/x-www-form-urlencoded"), ("content-encoding", "gzip")];
        assert_eq!(check(&zipped), Err(Excess::MediaType));
    }

    #[test]
    fn heads_and_forms_are_bounded() {
        let head = |request: TestRequest| check_head(request.to_http_request().head());
        assert_eq!(head(TestRequest::with_uri("/oauth2/authorize?state=x")), Ok(()));
        assert_eq!(head(TestRequest::with_uri(&format!("/?{}", "a".repeat(MAX_TARGET)))), Err(Excess::Target));
        assert_eq!(head(TestRequest::default().insert_header(("x-filler", "a".repeat(MAX_HEADERS)))), Err(Excess::Headers));
        assert_eq!(check_fields(&"a=b&".repeat(MAX_FIELDS - 1)), Ok(()));
        assert_eq!(check_fields(&"a=b&".repeat(10_000)), Err(Excess::Fields));
    }
}
