//! Strangers cannot fill anything up, nor bring anything down.

use authy::routes::TABLE;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{RelyingParty, VERIFIER, answer, challenge, post};

#[tokio::test]
async fn strangers_leave_no_rows_behind() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let events = app.app.sql.audit_page(&authy::store::sql::AuditFilter::default(), None, 1_000).await.expect("read").len();
        for number in 0..200 {
            let mut browser = app.browser();
            browser
                .get(&rp.url(&[
                    ("state", &number.to_string()),
                    ("ui_locales", &format!("x{number}")),
                    ("acr_values", &format!("urn:authy:acr:password a{number}")),
                ]))
                .await;
            browser.get("/login").await;
            browser.get(&format!("/oauth2/authorize?client_id=nobody{number}")).await;
            browser.get("/.well-known/openid-configuration").await;
            post(
                &app.base,
                "/oauth2/token",
                &[("grant_type", "authorization_code"), ("code", "x"), ("client_id", "nobody")],
                Default::default(),
            )
            .await;
        }
        assert_eq!(app.app.sql.audit_page(&authy::store::sql::AuditFilter::default(), None, 1_000).await.expect("read").len(), events);
        assert_eq!(app.app.sql.count_users("").await.expect("counted"), 0);
        assert_eq!(app.app.sql.count_clients("").await.expect("counted"), 1);
        let metrics = crate::support::http::get(format!("{}/metrics", app.management)).await.text().await.expect("a body");
        // Twenty lines for each endpoint of ours, and none for what strangers make up.
        assert!(metrics.lines().count() < 600, "{} lines of metrics", metrics.lines().count());
        assert!(!metrics.contains("nobody1"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn no_malformed_request_to_any_address_breaks_anything() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let http = crate::support::http::client();
        let headers: &[&[(&str, &[u8])]] = &[
            &[("authorization", b"Bearer")],
            &[("authorization", b"Basic =")],
            &[("authorization", b"Basic \xff\xfe")],
            &[("authorization", b"Basic YTpi"), ("authorization", b"Bearer x")],
            &[("cookie", b"authy_session=\xff; authy_session; =; authy_session=\"")],
            &[("content-type", b"application/json"), ("x-forwarded-for", b"\xff, 1.2.3.4, ::1")],
            &[("content-type", b"multipart/form-data"), ("accept-language", b"\xff;q=x,,;;")],
            &[("content-encoding", b"gzip")],
        ];
        for (path, methods) in TABLE {
            let path = path.replace(['{', '}'], "%");
            for method in methods.iter().chain(&["PUT", "DELETE", "TRACE"]) {
                for lines in headers {
                    let mut request = http.request(method.parse().expect("a method"), format!("{}{path}?a=%ff&a=%00&%zz", app.base));
                    for (name, value) in *lines {
                        request = request.header(*name, reqwest::header::HeaderValue::from_bytes(value).expect("a value"));
                    }
                    let status = answer(request.body("a=%ff&=&&a=b;c\0")).await.status;
                    assert!(status < 500, "{method} {path} with {lines:?}: {status}");
                }
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn every_parameter_comes_once_and_deep_documents_are_refused_quickly() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        for name in [
            "client_id",
            "redirect_uri",
            "response_type",
            "scope",
            "state",
            "nonce",
            "prompt",
            "max_age",
            "code_challenge",
            "claims",
            "ui_locales",
        ] {
            let twice = format!("{}&{name}=1&{name}=1", rp.url(&[(name, "-")]));
            let page = app.browser().get(&twice).await;
            let location = page.headers.get("location").and_then(|location| location.to_str().ok()).unwrap_or_default();
            assert!(page.status == 400 || location.contains("error=invalid_request"), "{name}: {} {location}", page.status);
        }
        for name in ["grant_type", "code", "redirect_uri", "client_id", "client_secret", "scope", "code_verifier", "refresh_token"] {
            rp.token(&[("grant_type", "client_credentials"), (name, "a"), (name, "a")]).await.is(400, "invalid_request");
        }
        let deep = format!("{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        let started = std::time::Instant::now();
        let page = app.browser().get(&rp.url(&[("claims", &deep[..4_000])])).await;
        assert!(matches!(page.status, 303 | 400 | 414 | 431), "{}", page.status);
        let large = crate::support::http::client().get(format!("{}/login", app.base)).header("x-large", "a".repeat(100_000));
        let status = large.send().await.map(|answer| answer.status().as_u16());
        assert!(matches!(status, Err(_) | Ok(400 | 413 | 431)), "{status:?}");
        assert!(started.elapsed() < std::time::Duration::from_secs(5));
        app.stop().await;
    })
    .await;
}

/// RFC 9126 §2.3: what nobody answers for is small and seldom.
#[tokio::test]
async fn what_strangers_push_or_begin_on_devices_is_bounded_by_size_and_by_address() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        let anybody = app.public_client().await;
        let known = app.client(|metadata| metadata.grant_types.push(device.to_owned())).await;
        let push = async |rp: &RelyingParty<'_>, state: &str| {
            let redirect_uri = rp.redirect_uri().to_owned();
            let fields = [
                ("redirect_uri", redirect_uri.as_str()),
                ("response_type", "code"),
                ("scope", "openid"),
                ("state", state),
                ("code_challenge", &challenge(VERIFIER)),
                ("code_challenge_method", "S256"),
            ];
            rp.post("/oauth2/par", &fields).await
        };
        push(&anybody, &"s".repeat(20_000)).await.is(400, "invalid_request");
        assert_eq!(push(&known, &"s".repeat(20_000)).await.status, 201, "who proves itself may push more than a URL can carry");
        let mut taken = 0;
        let stopped = loop {
            let answer = push(&anybody, "s").await;
            match answer.status {
                201 => taken += 1,
                _ => break answer,
            }
            assert!(taken < 400);
        };
        stopped.is(429, "temporarily_unavailable");
        assert!(taken >= 200 && stopped.headers.contains_key("retry-after"), "{taken}");
        assert_eq!(push(&known, "s").await.status, 201);
        known.post("/oauth2/device_authorization", &[("scope", "openid")]).await.ok();
        app.advance(std::time::Duration::from_secs(60));
        assert_eq!(push(&anybody, "s").await.status, 201);
        app.stop().await;
    })
    .await;
}

/// A connection is not held by a byte now and then.
#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    backends::embedded(&async |backend| {
        let app = TestApp::start(backend).await;
        let address = app.base.strip_prefix("http://").expect("http").to_owned();
        let slow = async |path: &str| {
            let mut stream = tokio::net::TcpStream::connect(&address).await.expect("a connection");
            let head =
                format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n");
            stream.write_all(head.as_bytes()).await.expect("sent");
            let mut answer = Vec::new();
            for _ in 0..40 {
                let _ = stream.write_all(b"a").await;
                let read = tokio::time::timeout(std::time::Duration::from_millis(500), stream.read_to_end(&mut answer)).await;
                if read.is_ok() {
                    return String::from_utf8_lossy(&answer).into_owned();
                }
            }
            panic!("{path}: the connection is still open");
        };
        for answer in futures_util::future::join_all(["/oauth2/token", "/login", "/oauth2/par"].map(slow)).await {
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
        app.stop().await;
    })
    .await;
}
