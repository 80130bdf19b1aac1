//! Malformed requests are refused quickly and never break anything.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{answer, post};

#[tokio::test]
async fn malformed_authorization_headers_are_refused_everywhere() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let http = crate::support::http::client();
        for header in
            ["Bearer", "Bearer ", "Basic", "Basic =", "Basic !!!!", "Basic Og==", "Digest x", "Bearer a b", "\u{7f}", "Basic /////w=="]
        {
            let Ok(value) = reqwest::header::HeaderValue::from_str(header) else { continue };
            for path in
                ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo", "/oauth2/authorize", "/login", "/admin"]
            {
                for method in [reqwest::Method::GET, reqwest::Method::POST] {
                    let request = http
                        .request(method.clone(), format!("{}{path}", app.base))
                        .header("authorization", value.clone())
                        .header("content-type", "application/x-www-form-urlencoded")
                        .body("grant_type=client_credentials&token=x");
                    let status = answer(request).await.status;
                    assert!(status < 500, "{method} {path} with {header:?}: {status}");
                }
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn no_byte_in_a_form_breaks_any_route() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let http = crate::support::http::client();
        let posts = authy::routes::TABLE.iter().filter(|(_, methods)| methods.contains(&"POST")).map(|(path, _)| *path);
        for path in posts {
            let url = format!("{}{}", app.base, path.replace(['{', '}'], ""));
            for form in
                ["token=\0", "client_id=x\u{1}", "client_id=x\r\nX-Y: z", "a=\u{7f}", "a=\u{e9}\u{85}", "state=a#b", "%00=%", "x=%c3%28"]
            {
                let request = http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(form);
                let status = answer(request).await.status;
                assert!(status < 500, "POST {path} with {form:?}: {status}");
            }
        }
        let body = "client_id=none&x=a#b&state=s\n";
        for path in ["/oauth2/authorize", "/oauth2/logout"] {
            let url = format!("{}{path}", app.base);
            let moved = answer(http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(body)).await;
            assert_eq!(moved.status, 303);
            assert!(moved.headers["location"].to_str().expect("text").ends_with(&format!("{path}?client_id=none&x=a%23b&state=s%0A")));
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn bodies_are_bounded_and_parameters_come_once() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let huge = "a".repeat(70_000);
        let refused = rp.token(&[("grant_type", "client_credentials"), ("filler", &huge)]).await;
        assert_eq!(refused.status, 413, "{}", refused.body);
        let twice = [("grant_type", "client_credentials"), ("scope", "read"), ("scope", "write")];
        rp.token(&twice).await.is(400, "invalid_request");
        let many: Vec<(String, &str)> = (0..10_000).map(|at| (format!("p{at}"), "x")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert!(matches!(rp.token(&many).await.status, 400 | 413));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_authenticates_in_one_way_only() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let secret = rp.secret.clone().expect("confidential");
        let both = [("grant_type", "client_credentials"), ("client_id", rp.id()), ("client_secret", secret.expose().as_str())];
        rp.token(&both).await.is(400, "invalid_request");
        let posted = post(&app.base, "/oauth2/token", &both, Default::default()).await;
        assert_eq!(posted.status, 200, "{}", posted.body);
        let wrong = [("grant_type", "client_credentials"), ("client_id", rp.id()), ("client_secret", "wrong")];
        let refused = post(&app.base, "/oauth2/token", &wrong, Default::default()).await;
        refused.is(401, "invalid_client");
        assert!(refused.headers["www-authenticate"].to_str().expect("text").starts_with("Basic"));
        post(&app.base, "/oauth2/token", &[("grant_type", "client_credentials")], Default::default()).await.is(401, "invalid_client");
        let pinned = app.client(|metadata| metadata.auth_method = Some(authy::model::client::AuthMethod::ClientSecretPost)).await;
        pinned.client_credentials("read").await.is(401, "invalid_client");
        let public = app.public_client().await;
        let nobody = [("token", "x"), ("client_id", public.id())];
        post(&app.base, "/oauth2/introspect", &nobody, Default::default()).await.is(401, "invalid_client");
        app.stop().await;
    })
    .await;
}
