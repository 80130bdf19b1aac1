//! No header of a request ever builds a URL.

use crate::support::app::TestApp;
use crate::support::backends;

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
