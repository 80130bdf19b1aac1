//! Parameters, URIs and headers.

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use authy::spec::device::UserCode;
use authy::spec::issuer::Issuer;
use authy::spec::logout::LogoutRequest;
use authy::spec::params::Params;
use authy::spec::pkce::{self, CodeChallenge};
use authy::spec::prompt::Hints;
use authy::spec::redirect_uri::{self, Registration};
use authy::spec::response_mode::ResponseMode;
use authy::spec::response_type::ResponseType;
use authy::spec::scope::Scope;
use authy::spec::token_exchange;
use authy::spec::{basic, bearer, claims_request::ClaimsRequest, resource, webfinger};
use authy::web::client_address;
use authy::web::cookies::{Cookies, Kind};
use authy::web::security_headers::{FormAction, PageHeaders};

use super::{text, two};

/// A query or a form: RFC 6749 §3.1. What was read is written as it was read, and everything that reads parameters bears it.
pub fn params(data: &[u8]) {
    let raw = text(data);
    if let Ok(query) = Params::parse_repeating(&raw) {
        question(&query);
    }
    let typed = Params::of_page_form(&raw);
    assert!(typed.iter().all(|(name, value)| typed.has_field(name) && !value.is_empty()), "what is read was there");
    let Ok(params) = Params::parse(&raw) else { return };
    let again = Params::parse(&params.encode()).expect("what was read can be written");
    assert!(again.iter().eq(params.iter()), "reading and writing change nothing");
    let _ = Hints::check(&params);
    let _ = ClaimsRequest::check(&params);
    let _ = resource::requested(&params);
    let _ = LogoutRequest::check(&params);
    words(&params);
}

/// RFC 7033 §4.2: the answer is about what was asked.
fn question(query: &Params) {
    let issuer = Issuer::parse("https://id.example").expect("an issuer");
    if let Ok(Some(descriptor)) = webfinger::describe(query, &issuer) {
        assert_eq!(query.get("resource"), Some(descriptor.subject.as_str()));
    }
}

/// What one parameter says: RFC 7636 §4.2, §4.6, Multiple Response Types §2, RFC 8628 §6.1, RFC 8693 §3.
fn words(params: &Params) {
    if let Ok(Some(challenge)) = CodeChallenge::check(params, false) {
        assert_eq!(challenge.as_str().len(), 43);
        if pkce::verify(Some(challenge.as_str()), params.get("code_verifier")).is_ok() {
            assert_eq!(params.get("code_verifier").map(pkce::challenge_of).as_deref(), Some(challenge.as_str()));
        }
    }
    let response_type = params.get("response_type").and_then(ResponseType::parse);
    let _ = ResponseMode::check(params, response_type.unwrap_or(ResponseType::Code));
    if let Some(code) = params.get("user_code").and_then(UserCode::parse) {
        assert!(UserCode::parse(&code.for_people()).is_some_and(|again| again == code), "what people read can be typed");
    }
    let _ = params.get("subject_token_type").map(|text| token_exchange::Presented::parse(text, "subject_token_type"));
    let _ = token_exchange::Requested::parse(params.get("requested_token_type"));
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
    assert!(redirect_uri::origin(&presented).is_none_or(|origin| origin.starts_with("http")), "{presented}");
    form_action(presented);
}

/// Wherever a form leads, the policy of its page says no more than where.
fn form_action(uri: String) {
    let policy = |form_action| {
        let mut headers = HeaderMap::new();
        PageHeaders { https: true, form_action }.apply(&mut headers);
        headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok()).unwrap_or_default().to_owned()
    };
    let (own, clients) = (policy(FormAction::Own), policy(FormAction::Client(Some(uri))));
    let added = clients.strip_prefix(&own).expect("the client's is more than ours");
    assert!(added.starts_with(" https:") && !added.contains([';', ',', '*', '\'']), "{added}");
}

/// RFC 6749 §2.3.1, RFC 6750 §2.1.
pub fn authorization_header(data: &[u8]) {
    let header = text(data);
    let _ = basic::parse(&header);
    let one = [Some(header.clone())];
    if let Ok(Some((_, token))) = bearer::find(&one, None, None) {
        assert!(header.trim_end().ends_with(token), "{header}");
    }
    assert!(bearer::find(&[Some(header.clone()), Some(header)], None, None).is_err(), "one header is enough");
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

/// RFC 7239 §4: one line is `X-Forwarded-For`, the next `Forwarded`. Nobody but a trusted proxy chooses an address.
pub fn forwarded(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for (number, line) in data.split(|byte| *byte == b'\n').enumerate() {
        let name = if number % 2 == 0 { HeaderName::from_static("x-forwarded-for") } else { header::FORWARDED };
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(name, value);
        }
    }
    let stranger = IpAddr::from([192, 0, 2, 1]);
    let is_proxy = |address: IpAddr| matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10);
    assert_eq!(client_address::find(stranger, &headers, is_proxy), stranger);
    let found = client_address::find(IpAddr::from([10, 0, 0, 1]), &headers, is_proxy);
    assert_eq!(found, found.to_canonical(), "an address is written in one way");
    assert_eq!(client_address::find(IpAddr::from([10, 0, 0, 1]), &headers, |_| false), IpAddr::from([10, 0, 0, 1]));
}
