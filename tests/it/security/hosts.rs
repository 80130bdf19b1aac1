//! No header of a request ever builds a URL.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::http::{client, get};

const LIES: &[(&str, &str)] = &[
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("forwarded", "host=evil.example;proto=https"),
    ("x-original-url", "https://evil.example/"),
    ("x-forwarded-proto", "https"),
];

#[tokio::test]
async fn discovery_redirects_and_cookies_know_only_the_issuer() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        for (name, value) in LIES {
            let mut browser = app.browser();
            browser.headers.insert(reqwest::header::HeaderName::from_static(name), value.parse().expect("a value"));
            for url in ["/.well-known/openid-configuration".to_owned(), rp.url(&[]), "/login".to_owned()] {
                let page = browser.get(&url).await;
                assert!(!page.body.contains("evil.example"), "{name} {url}");
                for (header, text) in &page.headers {
                    assert!(!text.to_str().unwrap_or_default().contains("evil.example"), "{name} {url} {header}");
                }
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn with_a_strict_host_only_the_probe_is_answered_by_address() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| settings.strict_host = true).await;
        let by_address = app.base.replace("localhost", "127.0.0.1");
        assert_ne!(by_address, app.base);
        for path in ["/", "/login", "/.well-known/openid-configuration", "/oauth2/authorize", "/healthz/", "/healthz/x", "/readyz"] {
            assert_eq!(get(format!("{by_address}{path}")).await.status(), 421, "{path}");
        }
        for path in ["/login", "/.well-known/openid-configuration", "/healthz"] {
            assert_eq!(get(format!("{}{path}", app.base)).await.status(), 200, "{path}");
        }
        assert_eq!(get(format!("{by_address}/healthz")).await.status(), 200);
        let head = client().head(format!("{by_address}/healthz?from=probe")).send().await.expect("an answer");
        assert_eq!(head.status(), 200, "some probes ask by HEAD");
        for path in ["/livez", "/readyz"] {
            assert_eq!(get(format!("{}{path}", app.management)).await.status(), 200, "{path}");
        }
        app.stop().await;
    })
    .await;
}

/// RFC 9112 §3.2.2: in an absolute target stands the host that counts.
#[tokio::test]
async fn with_a_strict_host_a_strange_target_is_refused_beside_a_right_host() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| settings.strict_host = true).await;
        let ours = app.base.strip_prefix("http://").expect("http").to_owned();
        for (target, host, status) in [
            ("http://evil.example/login".to_owned(), ours.as_str(), 421),
            ("https://evil.example/.well-known/openid-configuration".to_owned(), &ours, 421),
            (format!("http://{ours}@evil.example/login"), &ours, 421),
            (format!("http://{ours}/login"), "evil.example", 421),
            (format!("http://{ours}/login"), &ours, 200),
            ("/login".to_owned(), &ours, 200),
        ] {
            let answer = spoken(&ours, &format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target} at {host}: {answer}");
        }
        app.stop().await;
    })
    .await;
}

/// RFC 9110 §7.8, RFC 9112 §9.6: as JDK's client does with every request when there is no TLS.
#[tokio::test]
async fn an_offer_of_another_protocol_is_passed_over_and_the_answer_says_that_the_connection_ends() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let places = [(&app.base, "/login"), (&app.base, "/.well-known/jwks.json"), (&app.base, "/nowhere"), (&app.management, "/livez")];
        for (base, path) in places {
            let authority = base.strip_prefix("http://").expect("http");
            let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA";
            let answer =
                spoken(authority, &format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\n{offer}\r\n\r\n")).await.to_ascii_lowercase();
            assert!(answer.contains("connection: close") && !answer.contains("upgrade"), "{path}: {answer}");
            assert!(answer.starts_with(if path == "/nowhere" { "http/1.1 404 " } else { "http/1.1 200 " }), "{path}: {answer}");
        }
        app.stop().await;
    })
    .await;
}

/// What is answered to these very bytes, until the connection ends.
async fn spoken(address: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}
