//! The parameters of a request, form-encoded in a query or a body: RFC 6749 §3.1, §3.2 and Appendix B.

use std::fmt;

use url::form_urlencoded;

use crate::spec::error::{OAuthError, Refusal};

/// More parameters than this are refused: no request of any specification comes near.
pub const MAX_PARAMETERS: usize = 200;

/// The most bytes of path and query in a request, ours among them: RFC 9110 §4.1 wants 8000 at least.
pub const MAX_TARGET: usize = 16 * 1024;

/// Parameters that may be repeated: RFC 8707 §2, RFC 8693 §2.1.
const REPEATABLE: &[&str] = &["resource", "audience"];

/// Names that a refusal may say back; others are not ours to repeat.
const KNOWN: &[&str] = &[
    "access_token",
    "acr_values",
    "client_id",
    "client_secret",
    "claims",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "device_code",
    "display",
    "grant_type",
    "id_token_hint",
    "login_hint",
    "logout_hint",
    "max_age",
    "nonce",
    "password",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "token",
    "token_type_hint",
    "ui_locales",
    "user_code",
    "username",
];

/// The parameters of one request: each at most once, none empty, all of them proper text.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Parses a query or a form body.
    ///
    /// RFC 6749 §3.1: "Parameters sent without a value MUST be treated as if they were omitted"; "parameters MUST NOT be included more than once".
    ///
    /// # Errors
    /// `invalid_request` for a repeated parameter, too many of them, broken percent-encoding, text that is not UTF-8, or control characters.
    pub fn parse(encoded: &str) -> Result<Self, Refusal> {
        let pairs = decode_pairs(encoded)?;
        for (index, (name, _)) in pairs.iter().enumerate() {
            let repeated = pairs.iter().take(index).any(|(earlier, _)| earlier == name);
            if repeated && !REPEATABLE.contains(&name.as_str()) {
                return Err(repeated_parameter(name));
            }
        }
        Ok(Self::of_pairs(pairs))
    }

    /// Parses a query in which everything may repeat: that of WebFinger (RFC 7033 §4.3, `rel`).
    ///
    /// # Errors
    /// `invalid_request` for too many parameters, broken percent-encoding, text that is not UTF-8, or control characters.
    pub fn parse_repeating(encoded: &str) -> Result<Self, Refusal> {
        decode_pairs(encoded).map(Self::of_pairs)
    }

    /// Reads the body of one of our own pages. What a person typed is for the rules of its field to refuse, so that the page can say so and
    /// keep the rest. Fields may repeat (check boxes), and [`Params::has_field`] knows those that were left empty.
    pub fn of_page_form(encoded: &str) -> Self {
        Self(page_fields(encoded).collect())
    }

    /// From decoded pairs; those with an empty value are left out.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::of_pairs(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    fn of_pairs(mut pairs: Vec<(String, String)>) -> Self {
        pairs.retain(|(_, value)| !value.is_empty());
        Self(pairs)
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Every value of a repeatable parameter, in order.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The value of a required parameter.
    ///
    /// # Errors
    /// `invalid_request` when it is missing or empty.
    pub fn require(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            OAuthError::invalid_request("A required parameter is missing.").about(name).because(format!("{name} is missing"))
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether a form of ours had this field, filled or not.
    pub fn has_field(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(_, value)| !value.is_empty())
    }

    /// The same parameters without one of them.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(known, _)| known != name).cloned().collect())
    }

    /// Back to a form-encoded string, in the order of the request: `parse` gives the same parameters again.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }
}

/// Values may be codes, tokens and passwords: only the names are shown.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn repeated_parameter(name: &str) -> Refusal {
    let error = OAuthError::invalid_request("A parameter is given more than once.");
    match KNOWN.iter().find(|known| **known == name) {
        Some(known) => error.about(known).because(format!("{known} is given more than once")),
        None => error.because("a parameter that authy does not know is given more than once"),
    }
}

fn decode_pairs(encoded: &str) -> Result<Vec<(String, String)>, Refusal> {
    let malformed = |detail| OAuthError::invalid_request("The parameters are not properly encoded.").because(detail);
    let mut pairs = Vec::new();
    for part in encoded.split('&').filter(|part| !part.is_empty()) {
        if pairs.len() >= MAX_PARAMETERS {
            return Err(OAuthError::invalid_request("There are too many parameters.").into());
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let decode = |text| decode_component(text).ok_or_else(|| malformed("broken percent-encoding, or not UTF-8"));
        let (name, value) = (decode(name)?, decode(value)?);
        if has_control(&name) || has_control(&value) {
            return Err(malformed("a control character in a parameter"));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// Nearly every parameter is plain ASCII, and seen to be in one look at its bytes.
fn has_control(text: &str) -> bool {
    !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.chars().any(char::is_control)
}

/// RFC 6749 Appendix B: decodes one name or value. `None` for broken percent-encoding and for bytes that are not UTF-8.
pub(crate) fn decode_component(text: &str) -> Option<String> {
    if !is_encoded(text) {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => (hex_digit(rest.next()?)? << 4) | hex_digit(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Whether decoding would change it, or fail.
pub(crate) fn is_encoded(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'+' | b'%'))
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The fields of a page of ours as they were typed. A NUL, of which Postgres keeps none, becomes what broken UTF-8 does: a name or a password
/// with one is not the one without.
pub fn page_fields(encoded: &str) -> impl Iterator<Item = (String, String)> {
    let fields = form_urlencoded::parse(encoded.as_bytes());
    fields.map(|(name, value)| (name.into_owned(), value.replace('\0', "\u{fffd}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;

    #[test]
    fn the_example_of_rfc_6749_is_read() {
        let params = Params::parse(
            "response_type=code&client_id=s6BhdRkqt3&state=xyz&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb&scope=",
        )
        .unwrap();
        assert_eq!(params.get("redirect_uri"), Some("https://client.example.com/cb"));
        assert_eq!(params.get("scope"), None, "empty means absent");
        assert_eq!(params.require("scope").unwrap_err().error.about, Some("scope"));
    }

    #[test]
    fn the_form_encoding_of_appendix_b_is_decoded() {
        let params = Params::parse("x=+%25%26%2B%C2%A3%E2%82%AC").unwrap();
        assert_eq!(params.get("x"), Some(" %&+£€"));
        assert_eq!(Params::parse(&params.encode()).unwrap(), params);
    }

    #[test]
    fn every_parameter_twice_is_refused_except_resource_and_audience() {
        for name in ["state", "redirect_uri", "unknown"] {
            let refusal = Params::parse(&format!("{name}=a&x=1&{name}=a")).unwrap_err();
            assert_eq!(refusal.error.error, ErrorCode::InvalidRequest, "{name}");
        }
        assert!(Params::parse("state=&state=a").is_err());
        assert!(Params::parse("st%61te=b&state=a").is_err());
        let params = Params::parse("resource=https://a&resource=https://b&audience=a&audience=b").unwrap();
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["https://a", "https://b"]);
    }

    #[test]
    fn what_is_not_text_is_refused() {
        for encoded in ["x=%00", "x=a%0Ab", "x=%ff", "x=%c3%28", "x=%", "x=%4", "x=%zz", "%00=x", "x=\u{85}", "x=\0"] {
            assert!(Params::parse(encoded).is_err(), "{encoded:?}");
        }
        assert_eq!(Params::parse_repeating("rel=a&rel=c").unwrap().all("rel").collect::<Vec<_>>(), ["a", "c"]);
        assert!(Params::parse_repeating("rel=%00").is_err());
    }

    #[test]
    fn nothing_that_a_person_typed_is_lost_and_an_empty_field_is_not_a_missing_one() {
        let form = Params::of_page_form("uris=a%0D%0Ab&uris=c&name=A%0Bda&nick=&nul=%00&bad=%zz%ff");
        assert_eq!(form.all("uris").collect::<Vec<_>>(), ["a\r\nb", "c"]);
        assert_eq!((form.get("name"), form.get("bad")), (Some("A\u{b}da"), Some("%zz\u{fffd}")));
        assert_eq!((form.get("nick"), form.has_field("nick"), form.has_field("nickname")), (None, true, false));
        assert!(Params::of_page_form("nick=").is_empty());
        assert_eq!(form.get("nul"), Some("\u{fffd}"), "what is typed with a NUL is not what is typed without");
    }

    #[test]
    fn the_number_of_parameters_is_bounded() {
        let many = |count: usize| (0..count).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        assert!(Params::parse(&many(MAX_PARAMETERS)).is_ok());
        assert!(Params::parse(&many(MAX_PARAMETERS + 1)).is_err());
    }

    #[test]
    fn values_are_never_printed() {
        assert_eq!(format!("{:?}", Params::parse("code=hunter2").unwrap()), r#"["code"]"#);
    }
}
