//! The headers that keep pages in their place: no framing, no foreign content, no sniffing, no copies in caches.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const NO_PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()";
const HSTS: &str = "max-age=31536000";
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data: https:; script-src 'self'; connect-src 'self'; \
    font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action ";

/// Where the forms of a page may lead, redirects included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormAction {
    /// To us: account and administration.
    Own,
    /// In the end to the client at this validated redirect URI, which may redirect on: sign-in, consent, logout, form_post.
    /// `None`: the page belongs to a flow, but no client waits for it.
    Client(Option<String>),
}

impl FormAction {
    fn sources(&self) -> String {
        match self {
            Self::Own => "'self'".to_owned(),
            Self::Client(None) => "'self' https:".to_owned(),
            Self::Client(Some(uri)) => format!("'self' https:{}", client_sources(uri)),
        }
    }
}

/// Scheme and origin of a redirect URI, or the scheme alone when it is private-use. A source with characters that CSP has no place for is left out.
fn client_sources(uri: &str) -> String {
    let Ok(url) = Url::parse(uri) else { return String::new() };
    let scheme = match url.scheme() {
        "https" => String::new(), // `https:` stands there already
        scheme => format!(" {scheme}:"),
    };
    let origin = url.origin().ascii_serialization();
    if url.has_host() && url.origin().is_tuple() && has_a_place(&origin) { format!("{scheme} {origin}") } else { scheme }
}

/// Whether a policy can name that origin: a host-source of CSP cannot spell an IPv6 address.
fn has_a_place(origin: &str) -> bool {
    origin.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'/'))
}

/// The headers of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageHeaders {
    /// Whether the issuer is https.
    pub https: bool,
    /// Where its forms may lead.
    pub form_action: FormAction,
}

impl PageHeaders {
    /// Sets them all.
    pub fn apply(&self, headers: &mut HeaderMap) {
        let policy = format!("{POLICY}{}", self.form_action.sources());
        // Every part is ASCII; should one not be, the page keeps the strictest policy.
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(NO_PERMISSIONS));
        if self.form_action == FormAction::Own {
            // Not on the pages of a flow: an application may have opened them in a pop-up and waits to be called back by it.
            headers.insert(CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin"));
        }
        no_store(headers);
        everywhere(self.https, headers);
    }
}

/// Lets one page frame these origins, and nothing else: OIDC Front-Channel Logout §3.
pub fn allow_frames(headers: &mut HeaderMap, origins: &[String]) {
    let Some(policy) = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok()) else { return };
    if origins.is_empty() {
        return;
    }
    let sources: Vec<&str> = origins
        .iter()
        .filter_map(|origin| if has_a_place(origin) { Some(origin.as_str()) } else { origin.split_once("//").map(|(scheme, _)| scheme) })
        .collect();
    if let Ok(policy) = HeaderValue::from_str(&format!("{policy}; frame-src {}", sources.join(" "))) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// For every answer of the server.
pub fn everywhere(https: bool, headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// RFC 6749 §5.1, RFC 9700 §4.2.4: what carries codes, tokens or personal data is kept by nobody, and its address is told to no other site.
pub fn no_store(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form_action(uri: &str) -> String {
        FormAction::Client(Some(uri.to_owned())).sources()
    }

    #[test]
    fn a_form_may_end_at_the_client() {
        assert_eq!(form_action("https://rp.example:8443/cb?x=1;script"), "'self' https: https://rp.example:8443");
        assert_eq!(form_action("http://127.0.0.1:4711/cb"), "'self' https: http: http://127.0.0.1:4711");
        assert_eq!(form_action("com.example.app:/cb"), "'self' https: com.example.app:");
        assert_eq!(form_action("app.immich:///oauth-callback"), "'self' https: app.immich:");
        assert_eq!(form_action("com.example.app://host/cb"), "'self' https: com.example.app:");
        assert_eq!(FormAction::Own.sources(), "'self'");
    }

    #[test]
    fn no_redirect_uri_writes_into_the_policy() {
        for uri in ["https://a;script-src/cb", "https://a,b/cb", "http://[::1]:9/cb", "https://x' *", "nonsense", ""] {
            let sources = form_action(uri);
            assert!(!sources.contains([';', ',', '*', '[']), "{uri}: {sources}");
        }
        assert_eq!(form_action("http://[::1]:9/cb"), "'self' https: http:");
    }

    #[test]
    fn frames_are_let_in_by_their_origins_alone() {
        let mut headers = HeaderMap::new();
        PageHeaders { https: true, form_action: FormAction::Own }.apply(&mut headers);
        let policy = |headers: &HeaderMap| headers.get("content-security-policy").unwrap().to_str().unwrap().to_owned();
        allow_frames(&mut headers, &[]);
        assert!(!policy(&headers).contains("frame-src"));
        allow_frames(&mut headers, &["https://rp.example:8443".to_owned(), "http://[::1]:9".to_owned()]);
        assert!(policy(&headers).ends_with("; frame-src https://rp.example:8443 http:"), "{}", policy(&headers));
    }

    #[test]
    fn a_page_is_locked_down() {
        let mut headers = HeaderMap::new();
        PageHeaders { https: true, form_action: FormAction::Own }.apply(&mut headers);
        let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert!(header("content-security-policy").ends_with("frame-ancestors 'none'; base-uri 'none'; form-action 'self'"));
        assert!(!header("content-security-policy").contains("unsafe"));
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(header("strict-transport-security"), HSTS);
    }

    #[test]
    fn http_promises_no_https_and_flows_keep_their_opener() {
        let mut headers = HeaderMap::new();
        PageHeaders { https: false, form_action: FormAction::Client(None) }.apply(&mut headers);
        assert!(headers.get(header::STRICT_TRANSPORT_SECURITY).is_none());
        assert!(headers.get(CROSS_ORIGIN_OPENER_POLICY).is_none());
    }
}
