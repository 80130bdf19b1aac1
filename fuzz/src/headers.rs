//! Parameters, URIs and headers.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use authy::spec::logout::LogoutRequest;
use authy::spec::params::Params;
use authy::spec::prompt::Hints;
use authy::spec::redirect_uri::{self, Registration};
use authy::spec::scope::Scope;
use authy::spec::{basic, bearer, claims_request::ClaimsRequest, resource};
use authy::web::cookies::{Cookies, Kind};

use super::{text, two};

/// A query or a form: RFC 6749 §3.1. What was read is written as it was read, and everything that reads parameters bears it.
pub fn params(data: &[u8]) {
    let raw = text(data);
    let _ = Params::parse_repeating(&raw);
    let typed = Params::of_page_form(&raw);
    assert!(typed.iter().all(|(name, value)| typed.has_field(name) && !value.is_empty()), "what is read was there");
    let Ok(params) = Params::parse(&raw) else { return };
    let again = Params::parse(&params.encode()).expect("what was read can be written");
    assert!(again.iter().eq(params.iter()), "reading and writing change nothing");
    let _ = Hints::check(&params);
    let _ = ClaimsRequest::check(&params);
    let _ = resource::requested(&params);
    let _ = LogoutRequest::check(&params);
}

/// RFC 6749 §3.3.
pub fn scope(data: &[u8]) {
    let (asked, allowed) = two(data);
    let Ok(scope) = Scope::parse(&asked) else { return };
    let again = Scope::parse(&scope.to_vec().join(" ")).expect("what was read can be written");
    assert_eq!(again.to_vec(), scope.to_vec());
    let allowed: Vec<String> = allowed.split(' ').map(str::to_owned).collect();
    let kept = scope.intersect(&allowed);
    assert!(kept.is_subset_of(&scope) && kept.iter().all(|value| allowed.iter().any(|known| known == value)), "nothing is gained");
}

/// RFC 6749 §3.1.2, RFC 8252 §7: the first line is registered, the second is presented.
pub fn redirect_uri(data: &[u8]) {
    let (registered, presented) = two(data);
    for (public, administrator) in [(false, false), (true, false), (true, true)] {
        if redirect_uri::check_registration(&registered, Registration { public, administrator }).is_err() {
            continue;
        }
        let scheme = registered.split(':').next().unwrap_or_default().to_ascii_lowercase();
        assert!(!["javascript", "data", "vbscript", "file", "blob", "about"].contains(&scheme.as_str()), "{registered}");
        assert!(!registered.contains(['#', '\\', '\n', '\r', ' ']), "{registered}");
        let known = vec![registered.clone()];
        if let Some(matched) = redirect_uri::matches(&known, &presented, public) {
            assert_eq!(matched.as_str(), presented);
            let loopback = ["http://127.0.0.1", "http://[::1]", "http://localhost"].iter().any(|host| registered.starts_with(host));
            assert!(presented == registered || (public && loopback), "{presented:?} is not {registered:?}");
        }
        let _ = redirect_uri::near_miss(&presented, &known);
    }
    let _ = (redirect_uri::form_action_source(&presented), redirect_uri::origin(&presented));
}

/// RFC 6749 §2.3.1, RFC 6750 §2.1.
pub fn authorization_header(data: &[u8]) {
    let header = text(data);
    let _ = basic::parse(&header);
    let _ = bearer::from_header(&header);
    let _ = bearer::find(&[&header, &header], None, None);
}

/// RFC 6265 §5.4: whatever the header holds, a value of ours has our letters.
pub fn cookies(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(header::COOKIE, value);
        }
    }
    for (https, kind) in [(true, Kind::Session), (false, Kind::Admin), (false, Kind::PreSession)] {
        if let Some(value) = Cookies::new(https).read(kind, &headers) {
            assert!(value.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)));
        }
    }
}
