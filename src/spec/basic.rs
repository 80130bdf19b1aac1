//! Client passwords in the `Authorization` header, and the form of client secrets: RFC 6749 §2.3.1, RFC 7617 §2.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::secret::Secret;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::{decode_component, is_encoded};

const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// One reading of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Who the client says it is.
    pub client_id: String,
    /// What it proves it with.
    pub client_secret: Secret<String>,
}

/// RFC 6749 §2.3.1: reads a `Basic` header; `None` for another scheme.
///
/// Identifier and secret are form-encoded inside, but known applications forget that. So there may be two readings, the RFC's first; the
/// credentials hold if one of them does.
///
/// # Errors
/// `invalid_client` when the scheme is Basic and the rest is not `base64(id ":" secret)` in UTF-8.
pub fn parse(header: &str) -> Result<Option<Vec<Credentials>>, Refusal> {
    let (scheme, encoded) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Ok(None);
    }
    let malformed = |detail: &'static str| OAuthError::invalid_client("The Authorization header is malformed.").because(detail);
    let bytes = BASE64.decode(encoded.trim_matches(' ')).map_err(|_| malformed("what follows Basic is not base64"))?;
    let text = Secret::new(String::from_utf8(bytes).map_err(|_| malformed("the credentials are not UTF-8"))?);
    let (client_id, client_secret) = text.expose().split_once(':').ok_or_else(|| malformed("the credentials have no colon"))?;
    let proper = |id: &str| !id.is_empty() && !id.chars().any(char::is_control);
    let decoded = decode_component(client_id).zip(decode_component(client_secret));
    let raw = is_encoded(text.expose()).then(|| (client_id.to_owned(), client_secret.to_owned()));
    let readings: Vec<Credentials> = (decoded.into_iter().chain(raw).filter(|(id, _)| proper(id)))
        .map(|(client_id, client_secret)| Credentials { client_id, client_secret: Secret::new(client_secret) })
        .collect();
    if readings.is_empty() { Err(malformed("the credentials name no client")) } else { Ok(Some(readings)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;

    fn readings(plain: &str) -> Vec<(String, String)> {
        let parsed = parse(&format!("Basic {}", BASE64.encode(plain))).unwrap().unwrap();
        parsed.iter().map(|reading| (reading.client_id.clone(), reading.client_secret.expose().clone())).collect()
    }

    fn pair(id: &str, secret: &str) -> (String, String) {
        (id.to_owned(), secret.to_owned())
    }

    #[test]
    fn the_example_of_the_rfc_has_one_reading() {
        let parsed = parse("basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3").unwrap().unwrap();
        assert_eq!(parsed.len(), 1);
        assert_eq!((parsed[0].client_id.as_str(), parsed[0].client_secret.expose().as_str()), ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"));
    }

    #[test]
    fn form_decoded_comes_before_raw() {
        assert_eq!(readings("a%3Ab:p%25+q"), [pair("a:b", "p% q"), pair("a%3Ab", "p%25+q")]);
        assert_eq!(readings("id:100%:x"), [pair("id", "100%:x")], "what does not decode is taken raw");
        assert_eq!(readings("id:"), [pair("id", "")]);
    }

    #[test]
    fn a_malformed_header_is_an_invalid_client() {
        let control = format!("Basic {}", BASE64.encode("i\0d:x"));
        for header in
            ["Basic", "Basic ", "Basic =", "Basic !!!", "Basic bm9jb2xvbg==", "Basic /////w==", "Basic OnNlY3JldA==", control.as_str()]
        {
            assert_eq!(parse(header).unwrap_err().error.error, ErrorCode::InvalidClient, "{header}");
        }
        assert_eq!(parse("Bearer abc").unwrap(), None);
    }
}
