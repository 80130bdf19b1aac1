//! Bearer tokens: how they are sent and how a resource says no, RFC 6750 §2 and §3.

use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;

/// How an access token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever has it may use it: RFC 6750.
    Bearer,
    /// With a proof of the key it is bound to: RFC 9449 §7.1.
    Dpop,
}

const MALFORMED: &str = "The Authorization header is malformed.";

/// RFC 6750 §2: the one token of a request, from its `Authorization` headers (`None` is one that is no ASCII), its query and its form body.
/// Other schemes are not ours to judge.
///
/// # Errors
/// `invalid_request` for a malformed header, more than one method, or a token in the query, which authy never takes (RFC 9700 §4.3.2).
pub fn find<'a>(
    headers: &'a [Option<String>],
    query: Option<&Params>,
    body: Option<&'a Params>,
) -> Result<Option<(Scheme, &'a str)>, Refusal> {
    let invalid = |sentence, detail| Err(OAuthError::invalid_request(sentence).because(detail));
    if query.is_some_and(|query| query.get("access_token").is_some()) {
        return invalid("An access token must not be sent in the URL.", "an access token in the query");
    }
    let in_body = body.and_then(|body| body.get("access_token")).map(|token| (Scheme::Bearer, token));
    let in_header = match headers {
        [] => None,
        [Some(header)] => of_header(header)?,
        [None] => return invalid(MALFORMED, "an Authorization header that is no ASCII"),
        _ => return invalid("There is more than one Authorization header.", "more than one Authorization header"),
    };
    match (in_header, in_body) {
        (Some(_), Some(_)) => invalid("The access token is sent in more than one way.", "a token in the header and in the body"),
        (token, other) => Ok(token.or(other)),
    }
}

/// RFC 6750 §2.1, RFC 9449 §7.1: a token of either scheme. Schemes are compared without regard to case (RFC 9110 §11.1).
fn of_header(value: &str) -> Result<Option<(Scheme, &str)>, Refusal> {
    let (name, rest) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    let scheme = match name {
        _ if name.eq_ignore_ascii_case("Bearer") => Scheme::Bearer,
        _ if name.eq_ignore_ascii_case("DPoP") => Scheme::Dpop,
        _ => return Ok(None),
    };
    let token = rest.trim_matches(' ');
    if !is_b64token(token) {
        return Err(OAuthError::invalid_request(MALFORMED).because("what follows the scheme is not a token"));
    }
    Ok(Some((scheme, token)))
}

/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/'))
}

/// RFC 6750 §3: the `WWW-Authenticate` value of a refusal. §3.1: a request without any token gets no error code, so `error` is `None` then.
pub fn www_authenticate(realm: &str, error: Option<&OAuthError>, scope: Option<&str>) -> String {
    let mut challenge = format!("Bearer realm=\"{}\"", quotable(realm));
    if let Some(error) = error {
        challenge.push_str(&format!(", error=\"{}\", error_description=\"{}\"", error.error, quotable(error.description)));
    }
    if let Some(scope) = scope {
        challenge.push_str(&format!(", scope=\"{}\"", quotable(scope)));
    }
    challenge
}

/// What may stand between quotes without an escape: RFC 6750 §3.
fn quotable(text: &str) -> String {
    text.chars().filter(|character| matches!(character, ' '..='~') && !matches!(character, '"' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;

    type Found = Result<Option<(Scheme, String)>, Refusal>;

    fn found(headers: &[&str], query: Option<&Params>, body: Option<&Params>) -> Found {
        let headers: Vec<Option<String>> = headers.iter().map(|header| Some((*header).to_owned())).collect();
        Ok(find(&headers, query, body)?.map(|(scheme, token)| (scheme, token.to_owned())))
    }

    fn in_header(value: &str) -> Found {
        found(&[value], None, None)
    }

    fn token(scheme: Scheme, token: &str) -> Option<(Scheme, String)> {
        Some((scheme, token.to_owned()))
    }

    #[test]
    fn the_header_of_the_rfc_is_read_whatever_the_case_of_its_scheme() {
        for header in ["Bearer mF_9.B5f-4.1JqM", "bearer mF_9.B5f-4.1JqM", "BEARER  mF_9.B5f-4.1JqM "] {
            assert_eq!(in_header(header).unwrap(), token(Scheme::Bearer, "mF_9.B5f-4.1JqM"), "{header}");
        }
        assert_eq!(in_header("Basic czZCaGRSa3F0Mw==").unwrap(), None);
        assert_eq!(in_header("Bearer_mF").unwrap(), None);
        assert_eq!(in_header("").unwrap(), None);
    }

    #[test]
    fn a_malformed_header_is_an_invalid_request() {
        for header in ["Bearer", "Bearer ", "Bearer =", "Bearer a b", "Bearer a,b", "Bearer é", "Bearer a=b", "Bearer \"a\""] {
            assert_eq!(in_header(header).unwrap_err().error.error, ErrorCode::InvalidRequest, "{header}");
        }
        assert_eq!(find(&[None], None, None).unwrap_err().error.error, ErrorCode::InvalidRequest);
    }

    #[test]
    fn a_token_is_sent_in_one_way_and_never_in_the_query() {
        let sent = Params::from_pairs([("access_token", "abc")]);
        assert_eq!(found(&[], None, Some(&sent)).unwrap(), token(Scheme::Bearer, "abc"));
        assert_eq!(found(&["Bearer abc"], None, Some(&Params::default())).unwrap(), token(Scheme::Bearer, "abc"));
        for header in ["DPoP abc", "dpop abc", "DPOP abc"] {
            assert_eq!(in_header(header).unwrap(), token(Scheme::Dpop, "abc"));
        }
        assert_eq!(found(&[], None, None).unwrap(), None);
        assert!(found(&["Bearer abc"], None, Some(&sent)).is_err());
        assert!(found(&["Bearer abc", "Bearer abc"], None, None).is_err());
        assert!(found(&[], Some(&sent), None).is_err());
        assert!(found(&["Bearer abc"], Some(&sent), None).is_err());
    }

    #[test]
    fn a_challenge_is_quoted() {
        let error = OAuthError::invalid_token("The access token expired");
        assert_eq!(
            www_authenticate("example", Some(&error), None),
            r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#
        );
        assert_eq!(www_authenticate("e\"x\r\n", None, Some("openid")), r#"Bearer realm="ex", scope="openid""#);
    }
}
