//! OIDC Discovery §4, RFC 8414 §3, RFC 7517 §5.

use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn the_document_names_the_issuer_and_only_endpoints_that_answer() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let document = app.get_json("/.well-known/openid-configuration").await;
        assert_eq!(document, app.get_json("/.well-known/oauth-authorization-server").await);
        assert_eq!(document["issuer"], app.base);
        assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        assert_eq!(document["require_request_uri_registration"], true);
        for (name, value) in document.as_object().expect("an object") {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                let status = crate::support::http::get(value.as_str().expect("a URL")).await.status();
                assert_ne!(status, 404, "{name}");
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn public_documents_are_cacheable_and_open_to_every_origin() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let http = crate::support::http::client();
        for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json"] {
            let first = http.get(format!("{}{path}", app.base)).header("origin", "https://app.example").send().await.expect("an answer");
            assert_eq!(first.headers()["access-control-allow-origin"], "*");
            assert!(first.headers()["cache-control"].to_str().expect("text").starts_with("public, max-age="));
            assert!(!first.headers().contains_key("access-control-allow-credentials"));
            let etag = first.headers()["etag"].clone();
            let second = http.get(format!("{}{path}", app.base)).header("if-none-match", etag).send().await.expect("an answer");
            assert_eq!(second.status(), 304);
            assert!(!second.headers().contains_key("content-type"), "an answer without a body has no type");
        }
        app.stop().await;
    })
    .await;
}
