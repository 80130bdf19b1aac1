//! An answer goes nowhere but to a registered address.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

const REGISTERED: &str = "https://rp.example/cb";

const FOREIGN: &[&str] = &[
    "https://rp.example/cb/",
    "https://rp.example/CB",
    "https://rp.example/cb?x=1",
    "https://rp.example/cb#f",
    "https://rp.example/cb/../x",
    "https://rp.example/cb%2f..%2fx",
    "https://rp.example/cb;x",
    "https://rp.example/..;/cb",
    "https://rp.example.evil/cb",
    "https://rp.example@evil/cb",
    "https://a@b@evil/cb",
    "https://rp.example\\@evil/cb",
    "https://rp.example:444/cb",
    "http://rp.example/cb",
    "HTTPS://rp.example/cb",
    "https://RP.example/cb",
    "//rp.example/cb",
    "https://rpxexample/cb",
    "https://rp．example/cb",
    "https://rp.example/cb\t",
    "https://rp.example/\ncb",
    "https://rp.example/cb\0",
    " https://rp.example/cb",
    "javascript:alert(1)",
];

#[tokio::test]
async fn an_unregistered_address_gets_a_page_and_never_a_redirect_whatever_else_the_request_says() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.client(|metadata| metadata.redirect_uris = vec![REGISTERED.to_owned()]).await;
        let long = format!("https://rp.example/{}", "a".repeat(8_192));
        let others: &[&[(&str, &str)]] = &[
            &[],
            &[("prompt", "none")],
            &[("response_mode", "form_post")],
            &[("response_mode", "fragment")],
            &[("response_mode", "nonsense")],
            &[("response_type", "nonsense")],
            &[("scope", "profile")],
            &[("scope", "\"")],
            &[("request", "x.y.z")],
            &[("request_uri", "https://rp.example/r")],
            &[("request_uri", "urn:ietf:params:oauth:request_uri:x")],
            &[("response_mode", "query.jwt")],
            &[("response_mode", "form_post.jwt")],
            &[("response_type", "code id_token token")],
            &[("authorization_details", "[1]")],
        ];
        for uri in FOREIGN.iter().copied().chain([long.as_str(), "-"]) {
            for other in others {
                let mut changes = other.to_vec();
                changes.push(("redirect_uri", uri));
                let page = app.browser().get(&rp.url(&changes)).await;
                assert_eq!(page.status, 400, "{uri} {other:?}: {}", page.body);
                assert!(page.headers.get("location").is_none(), "{uri} {other:?}");
                assert!(page.has("error-page") && page.has("error-code") && page.has("error-id"), "{uri}: {}", page.body);
            }
        }
        let twice = format!("{}&redirect_uri=https%3A%2F%2Frp.example%2Fcb", rp.url(&[]));
        assert_eq!(app.browser().get(&twice).await.status, 400);
        let empty = app.browser().get(&rp.url(&[("redirect_uri", "")])).await;
        assert_eq!(empty.status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_native_application_may_listen_on_any_loopback_port_and_nowhere_else() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let native = app
            .client(|metadata| {
                metadata.auth_method = Some(authy::model::client::AuthMethod::None);
                metadata.redirect_uris = ["http://127.0.0.1/cb", "http://[::1]/cb"].map(str::to_owned).to_vec();
            })
            .await;
        for uri in ["http://127.0.0.1:49152/cb", "http://[::1]:1/cb"] {
            let page = app.browser().get(&native.url(&[("redirect_uri", uri)])).await;
            assert_eq!(page.status, 303, "{uri}: {}", page.body);
        }
        for uri in [
            "http://127.0.0.1.evil/cb",
            "http://127.0.0.1@evil/cb",
            "http://0.0.0.0:1/cb",
            "http://localhost.evil/cb",
            "http://localhost:1/cb",
            "http://127.0.0.1:x/cb",
        ] {
            let page = app.browser().get(&native.url(&[("redirect_uri", uri)])).await;
            assert_eq!(page.status, 400, "{uri}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn every_answer_carries_state_and_the_issuer() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let refused = query(&browser.open(&rp.url(&[("prompt", "none")])).await.away());
        assert_eq!(refused["error"], "login_required");
        assert_eq!(refused["state"], "st-1");
        assert_eq!(refused["iss"], app.base);
        assert!(refused["error_uri"].starts_with(&format!("{}/errors/login_required?id=", app.base)));
        assert_eq!(refused.len(), 5, "{refused:?}");
        let back = query(&browser.walk(&rp.url(&[]), "ada").await);
        assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("st-1", app.base.as_str()));
        assert_eq!(back.len(), 3, "{back:?}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_request_of_a_known_client_goes_back_to_it() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let public = app.public_client().await;
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("response_type", "-")], "invalid_request"),
            (&[("response_type", "nonsense")], "unsupported_response_type"),
            (&[("scope", "nonsense")], "invalid_scope"),
            (&[("code_challenge_method", "plain")], "invalid_request"),
            (&[("code_challenge", "short")], "invalid_request"),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("max_age", "-1")], "invalid_request"),
            (&[("claims", "{")], "invalid_request"),
            (&[("request", "x")], "invalid_request_object"),
            (&[("request_uri", "urn:x")], "invalid_request_uri"),
            (&[("resource", "https://unknown.example")], "invalid_target"),
        ];
        for (changes, error) in cases {
            let back = app.browser().open(&rp.url(changes)).await.away();
            assert!(back.starts_with("https://rp.example/cb?"), "{back}");
            assert_eq!(query(&back)["error"], *error, "{changes:?}");
            assert_eq!(query(&back)["state"], "st-1");
        }
        let back = app.browser().open(&public.url(&[("code_challenge", "-"), ("code_challenge_method", "-")])).await.away();
        assert_eq!(query(&back)["error"], "invalid_request");
        app.stop().await;
    })
    .await;
}
