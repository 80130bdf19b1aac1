//! Forms of ours are sent from pages of ours: a token bound to the browser, and what the browser says about where a request comes from.

use actix_web::http::header::{self, HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::sealing::{Purpose, Sealer};
use crate::spec::error::{OAuthError, Refusal};

/// The form field with the token.
pub const FIELD: &str = "csrf_token";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The token for the forms of one browser. `bound_to` is the value of its session cookie, or of its pre-session cookie before anybody
/// signs in: so the token changes whenever the session does.
pub fn token(sealer: &Sealer, bound_to: &str) -> String {
    URL_SAFE_NO_PAD.encode(sealer.hmac(Purpose::Csrf, bound_to.as_bytes()))
}

/// Refuses a form that did not come from a page of ours in this very browser.
///
/// # Errors
/// `access_denied` (403): no cookie to be bound to, a missing or foreign token, another site's `Origin`, `Sec-Fetch-Site: cross-site`.
pub fn check(
    sealer: &Sealer,
    bound_to: Option<&str>,
    presented: Option<&str>,
    headers: &HeaderMap,
    own_origin: &str,
) -> Result<(), Refusal> {
    check_source(headers, own_origin)?;
    let bound_to = bound_to.ok_or_else(|| refused("the browser sent no cookie that the form could be bound to"))?;
    let presented = presented.ok_or_else(|| refused("the form has no token"))?;
    let expected = token(sealer, bound_to);
    if bool::from(expected.as_bytes().ct_eq(presented.as_bytes())) {
        Ok(())
    } else {
        Err(refused("the form's token is not this browser's"))
    }
}

/// What the browser itself says. `Origin: null` alone decides nothing: privacy settings and redirects cause it.
///
/// # Errors
/// `access_denied` (403) when the request comes from another site.
pub fn check_source(headers: &HeaderMap, own_origin: &str) -> Result<(), Refusal> {
    let foreign = |value: &[u8]| value != b"null" && value != own_origin.as_bytes();
    if headers.get_all(header::ORIGIN).any(|origin| foreign(origin.as_bytes())) {
        return Err(refused("Origin names another site"));
    }
    if headers.get_all(SEC_FETCH_SITE).any(|site| site.as_bytes().eq_ignore_ascii_case(b"cross-site")) {
        return Err(refused("Sec-Fetch-Site is cross-site"));
    }
    Ok(())
}

fn refused(detail: &'static str) -> Refusal {
    OAuthError::access_denied("This form was not sent from a page of ours in this browser, or the page was too old.").because(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::sealing::MasterKey;
    use actix_web::http::header::HeaderValue;

    const OWN: &str = "https://id.example.com";

    fn sealer() -> Sealer {
        Sealer::new(&MasterKey::generate(&SeededEntropy::new(1)))
    }

    fn judge(headers: &[(&'static str, &'static str)], bound_to: Option<&str>, presented: Option<&str>) -> bool {
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| map.append(HeaderName::from_static(name), HeaderValue::from_static(value)));
        check(&sealer(), bound_to, presented, &map, OWN).is_ok()
    }

    #[test]
    fn a_form_of_our_own_is_taken() {
        let token = token(&sealer(), "se_1");
        for headers in [&[][..], &[("origin", OWN)], &[("origin", OWN), ("sec-fetch-site", "same-origin")], &[("origin", "null")]] {
            assert!(judge(headers, Some("se_1"), Some(&token)), "{headers:?}");
        }
    }

    #[test]
    fn a_missing_or_foreign_token_is_refused() {
        let (own, foreign) = (token(&sealer(), "se_1"), token(&sealer(), "se_2"));
        assert!(!judge(&[], Some("se_1"), None));
        assert!(!judge(&[], Some("se_1"), Some("")));
        assert!(!judge(&[], Some("se_1"), Some(&foreign)));
        assert!(!judge(&[], None, Some(&own)));
        assert!(!judge(&[("origin", "null")], Some("se_1"), Some(&foreign)));
    }

    #[test]
    fn another_site_is_refused_even_with_the_right_token() {
        let token = token(&sealer(), "se_1");
        for headers in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "https://id.example.com.evil")],
            &[("origin", "http://id.example.com")],
            &[("origin", OWN), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "cross-site")],
            &[("origin", "null"), ("sec-fetch-site", "Cross-Site")],
        ] {
            assert!(!judge(headers, Some("se_1"), Some(&token)), "{headers:?}");
        }
    }
}
