//! The certificate of a request's client: from its own connection, or from a proxy that the operator trusts (RFC 9440).

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::app::App;
use crate::spec::certificate::ClientCertificate;

const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");
/// A chain longer than this is not looked at.
const MAX_CHAIN: usize = 10;

/// What the handshake of the mutual-TLS listener left on the connection, else what a trusted proxy says.
///
/// RFC 9440 §3: "Origin servers … MUST only accept … from trusted" proxies; a stranger's header is as if it were not there.
pub fn of(request: &HttpRequest, app: &App) -> Option<ClientCertificate> {
    if let Some(certificate) = request.conn_data::<ClientCertificate>() {
        return Some(certificate.clone());
    }
    let peer = request.peer_addr()?.ip();
    let trusted = app.settings.trusted_proxies.iter().any(|network| network.contains(peer));
    if trusted { from_headers(request.headers()) } else { None }
}

/// RFC 9440 §2.2, §2.3. Two `Client-Cert` headers are none: one of them came from a stranger.
fn from_headers(headers: &HeaderMap) -> Option<ClientCertificate> {
    let mut certificates = headers.get_all(CLIENT_CERT);
    let der = byte_sequence(certificates.next()?.to_str().ok()?)?;
    if certificates.next().is_some() {
        return None;
    }
    let mut chain = Vec::new();
    for line in headers.get_all(CLIENT_CERT_CHAIN) {
        for item in line.to_str().ok()?.split(',') {
            chain.push(byte_sequence(item)?);
        }
    }
    (chain.len() <= MAX_CHAIN).then(|| ClientCertificate::new(der, chain))
}

/// RFC 9651 §4.2.7: base64 between colons.
fn byte_sequence(text: &str) -> Option<Vec<u8>> {
    let encoded = text.trim().strip_prefix(':')?.strip_suffix(':')?;
    STANDARD.decode(encoded).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn read(lines: &[(HeaderName, &'static str)]) -> Option<ClientCertificate> {
        let mut headers = HeaderMap::new();
        lines.iter().for_each(|(name, value)| headers.append(name.clone(), HeaderValue::from_static(value)));
        from_headers(&headers)
    }

    #[test]
    fn a_certificate_and_its_chain_are_byte_sequences() {
        let found = read(&[(CLIENT_CERT, ":YWJj:"), (CLIENT_CERT_CHAIN, ":ZGVm:, :Z2hp:")]).unwrap();
        assert_eq!((found.der(), found.chain()), (&b"abc"[..], &[b"def".to_vec(), b"ghi".to_vec()][..]));
    }

    #[test]
    fn what_is_no_byte_sequence_or_comes_twice_is_no_certificate() {
        for value in ["", "YWJj", ":YWJj", "YWJj:", ":Y!:", "::", "-----BEGIN CERTIFICATE-----"] {
            assert!(read(&[(CLIENT_CERT, value)]).is_none(), "{value}");
        }
        assert!(read(&[(CLIENT_CERT, ":YWJj:"), (CLIENT_CERT, ":YWJj:")]).is_none());
        assert!(read(&[(CLIENT_CERT, ":YWJj:"), (CLIENT_CERT_CHAIN, "x")]).is_none());
        assert!(read(&[(CLIENT_CERT_CHAIN, ":YWJj:")]).is_none());
    }
}
