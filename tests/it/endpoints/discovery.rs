//! OIDC Discovery §4, RFC 8414 §3, RFC 7517 §5.

use crate::support::app::{JsonBody as _, TestApp};
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

/// RFC 7033 §4.2, OIDC Discovery §2.
#[tokio::test]
async fn webfinger_leads_from_a_person_at_this_host_to_the_issuer_whether_they_exist_or_not() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let issuer = "http://openid.net/specs/connect/1.0/issuer";
        let host = url::Url::parse(&app.base).expect("a URL").host_str().expect("a host").to_owned();
        for name in ["ada", "nobody"] {
            let answer =
                crate::support::http::get(format!("{}/.well-known/webfinger?resource=acct:{name}@{host}&rel={issuer}", app.base)).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()["content-type"], "application/jrd+json");
            assert_eq!(answer.headers()["access-control-allow-origin"], "*");
            let expected = serde_json::json!({ "subject": format!("acct:{name}@{host}"), "links": [{ "rel": issuer, "href": app.base }] });
            assert_eq!(answer.json_body().await, expected);
        }
        for (query, status) in [("resource=acct:ada@elsewhere.example", 404), ("", 400), ("resource=ada", 400)] {
            let answer = crate::support::http::get(format!("{}/.well-known/webfinger?{query}", app.base)).await;
            assert_eq!(answer.status(), status, "{query}");
        }
        app.stop().await;
    })
    .await;
}

/// RFC 8414 §3.1, RFC 9728 §3.1: these documents are the host's where the issuer has a path.
#[tokio::test]
async fn public_documents_answer_preflights_also_at_the_root_of_the_host() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            settings.issuer = Some(authy::spec::issuer::Issuer::parse("https://id.example/auth").expect("an issuer"));
        })
        .await;
        for path in [
            "/auth/.well-known/openid-configuration",
            "/.well-known/openid-configuration/auth",
            "/.well-known/oauth-authorization-server/auth",
            "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/webfinger",
        ] {
            let asked = crate::support::http::client().request(reqwest::Method::OPTIONS, format!("{}{path}", app.base));
            let answer = asked.header("origin", "https://app.example").header("access-control-request-method", "GET").send().await;
            let answer = answer.expect("an answer");
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["access-control-allow-origin"]),
                (204, &"*".parse().unwrap()),
                "{path}"
            );
            let allowed = answer.headers()["access-control-allow-headers"].to_str().expect("text").to_owned();
            assert!(allowed.contains("MCP-Protocol-Version"), "{allowed}");
        }
        app.stop().await;
    })
    .await;
}
