//! RFC 7591.

use std::time::Duration;

use authy::store::sql::AuditFilter;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn nobody_registers_where_it_is_not_switched_on() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        assert_eq!(app.get_json("/.well-known/openid-configuration").await.get("registration_endpoint"), None);
        assert_eq!(register(&app, &public(), None).await.status, 404);
        let token = initial_token(&app, None).await;
        assert_eq!(register(&app, &public(), Some(&token)).await.status, 404);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_stranger_registers_signs_in_and_is_told_what_was_registered() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let endpoint = format!("{}/oauth2/register", app.base);
        assert_eq!(app.get_json("/.well-known/oauth-authorization-server").await["registration_endpoint"], endpoint);
        let wanted = json!({
            "client_name": "Stranger", "client_name#ja": "見知らぬ人", "redirect_uris": ["https://stranger.example/cb"],
            "contacts": ["ops@stranger.example"], "logo_uri": "https://stranger.example/logo.png", "software_id": "s-1",
            "initiate_login_uri": "https://stranger.example/start", "scope": "openid email secret:scope", "colour": "green",
            "grant_types": ["authorization_code", "refresh_token", "password"],
        });
        let made = register(&app, &wanted, None).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.headers["cache-control"], "no-store");
        assert!(made.headers.get("access-control-allow-origin").is_none());
        for name in ["client_name", "client_name#ja", "redirect_uris", "contacts", "logo_uri", "software_id", "initiate_login_uri"] {
            assert_eq!(made.body[name], wanted[name], "{name}");
        }
        assert_eq!(made.body["scope"], "openid email", "what strangers may not have is dropped, and they are told");
        assert_eq!(made.body["grant_types"], json!(["authorization_code", "refresh_token"]));
        assert_eq!((made.body.get("colour"), &made.body["client_secret_expires_at"]), (None, &json!(0)));
        assert_eq!(made.text("registration_client_uri"), format!("{endpoint}/{}", made.text("client_id")));
        let dump = format!("{:?}", app.app.sql.client_by_id(&made.text("client_id")).await);
        assert!(!dump.contains(&made.text("client_secret")) && !dump.contains(&made.text("registration_access_token")));

        let rp = relying_party(&app, &made).await.with_scope("openid email");
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        assert!(login.body.contains("https://stranger.example/logo.png"), "shown, and only by the browser");
        let consent = browser.sign_in(&login, "ada").await.page();
        assert!(consent.has("consent-form") && consent.body.contains("not verified") && consent.body.contains("stranger.example"));
        let back = browser.press(&consent, "consent-form", "consent-approve").await.away();
        let tokens = rp.redeem(&query(&back)["code"]).await.ok();
        assert_eq!(tokens.id_claims().get("email"), None, "registered clients read claims at userinfo: OIDC Core 5.4");
        assert_eq!(rp.userinfo(&tokens.access_token()).await.ok().body["email"], "ada@example.org");
        let again = browser.open(&rp.url(&[])).await.away();
        assert!(query(&again).contains_key("code"), "remembered for an https redirect URI");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_program_on_a_device_is_asked_about_each_time_and_may_use_any_port() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let wanted = json!({"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none", "application_type": "native"});
        let made = register(&app, &wanted, None).await;
        assert_eq!((made.status, made.body.get("client_secret")), (201, None), "{}", made.body);
        let rp = relying_party(&app, &made).await.with_scope("openid");
        let mut browser = app.browser();
        for port in [51_000, 52_000] {
            let url = rp.url(&[("redirect_uri", &format!("http://127.0.0.1:{port}/cb"))]);
            let mut page = browser.open(&url).await.page();
            if page.has("login-form") {
                page = browser.sign_in(&page, "ada").await.page();
            }
            assert!(page.has("consent-form"));
            let back = browser.press(&page, "consent-form", "consent-approve").await.away();
            assert!(back.starts_with(&format!("http://127.0.0.1:{port}/cb?code=")), "{back}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_initial_access_token_lets_in_as_often_and_as_long_as_it_says() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, by_token).await;
        let refused = register(&app, &public(), None).await;
        refused.is(401, "invalid_token");
        // These tokens are bound to no key, so a proof of one is of no use: RFC 7591 §3 knows bearer tokens alone.
        let challenges: Vec<_> = refused.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(challenges, ["Bearer realm=\"authy\""]);
        register(&app, &public(), Some("iat_wrong")).await.is(401, "invalid_token");
        let twice = initial_token(&app, Some(2)).await;
        register(&app, &json!({"redirect_uris": ["javascript:alert(1)"]}), Some(&twice)).await.is(400, "invalid_redirect_uri");
        for _ in 0..2 {
            assert_eq!(register(&app, &public(), Some(&twice)).await.status, 201);
        }
        register(&app, &public(), Some(&twice)).await.is(401, "invalid_token");
        let unlimited = initial_token(&app, None).await;
        for _ in 0..3 {
            assert_eq!(register(&app, &public(), Some(&unlimited)).await.status, 201);
        }
        app.advance(Duration::from_secs(3601));
        register(&app, &public(), Some(&unlimited)).await.is(401, "invalid_token");
        let filter = AuditFilter { kind: Some("client.registered".to_owned()), ..AuditFilter::default() };
        assert_eq!(app.app.sql.audit_page(&filter, None, 10).await.expect("events").len(), 5);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_strangers_leave_is_bounded_and_goes_away_unless_a_person_approves() {
    backends::each(async |backend| {
        let bounded = |settings: &mut authy::config::Settings| {
            open(settings);
            settings.registration.quarantine_clients = 3;
            settings.registration.per_address = 5;
        };
        let app = TestApp::start_with(backend, bounded).await;
        app.user("ada").await;
        let kept = register(&app, &public(), None).await;
        let rp = relying_party(&app, &kept).await.with_scope("openid");
        rp.login("ada").await;
        for _ in 0..3 {
            assert_eq!(register(&app, &public(), None).await.status, 201);
        }
        let full = register(&app, &public(), None).await;
        full.is(503, "temporarily_unavailable");
        assert!(full.headers.contains_key("retry-after"));
        app.advance(DAY);
        app.sweep().await;
        for _ in 0..3 {
            assert_eq!(register(&app, &public(), None).await.status, 201);
        }
        assert!(app.app.sql.client_by_id(rp.id()).await.expect("the database").is_some(), "approved by a person");
        let kinds = AuditFilter { client_id: Some(rp.id().to_owned()), ..AuditFilter::default() };
        let kinds: Vec<String> =
            app.app.sql.audit_page(&kinds, None, 10).await.expect("events").into_iter().map(|event| event.kind).collect();
        assert!(kinds.contains(&"client.approved".to_owned()), "{kinds:?}");
        let all = app.app.sql.audit_page(&AuditFilter::default(), None, 100).await.expect("events");
        assert!(all.iter().all(|event| event.kind != "client.registered"), "strangers write no audit events");

        app.advance(DAY * 60);
        rp.login("ada").await;
        app.advance(DAY * 60);
        app.sweep().await;
        assert!(app.app.sql.client_by_id(rp.id()).await.expect("the database").is_some(), "used sixty days ago");
        app.advance(DAY * 31);
        app.sweep().await;
        assert!(app.app.sql.client_by_id(rp.id()).await.expect("the database").is_none(), "unused for ninety days");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn one_address_registers_only_so_many_clients_in_an_hour() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.per_address = 2;
        })
        .await;
        for _ in 0..2 {
            assert_eq!(register(&app, &public(), None).await.status, 201);
        }
        register(&app, &public(), None).await.is(429, "temporarily_unavailable");
        app.advance(Duration::from_secs(3601));
        assert_eq!(register(&app, &public(), None).await.status, 201);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn dangerous_and_inconsistent_registrations_are_refused() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.per_address = 1_000;
        })
        .await;
        for uri in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://x/y",
            "about:blank",
            " javascript:alert(1)",
            "\u{1}javascript:alert(1)",
            "https://rp.example/cb#f",
            "http://rp.example/cb",
            "https://rp.example@evil/cb",
            "myapp:/cb",
            "",
            "/cb",
        ] {
            let refused = register(&app, &json!({"redirect_uris": ["https://rp.example/cb", uri]}), None).await;
            refused.is(400, "invalid_redirect_uri");
            let refused =
                register(&app, &json!({"redirect_uris": ["https://rp.example/cb"], "post_logout_redirect_uris": [uri]}), None).await;
            assert_eq!(refused.status, 400, "{uri:?}: {}", refused.body);
            for name in ["client_uri", "logo_uri", "tos_uri", "policy_uri", "initiate_login_uri", "backchannel_logout_uri", "jwks_uri"] {
                let mut body = public();
                body[name] = Value::from(uri);
                if uri != "https://rp.example/cb#f" {
                    register(&app, &body, None).await.is(400, "invalid_client_metadata");
                }
            }
        }
        for (name, value) in [
            ("initiate_login_uri", json!("http://localhost/start")),
            ("profile", json!("fapi2")),
            ("response_types", json!(["id_token"])),
            ("response_types", json!(["code token"])),
            ("grant_types", json!(["client_credentials"])),
            ("grant_types", json!("authorization_code")),
            ("jwks", json!({"keys": [{"kty": "EC", "d": "x"}]})),
            ("redirect_uris", json!([])),
            ("client_name", json!("a\u{0}b")),
            ("token_endpoint_auth_method", json!("client_secret_magic")),
        ] {
            let mut body = public();
            body[name] = value;
            let refused = register(&app, &body, None).await;
            assert_eq!(refused.status, 400, "{name}: {}", refused.body);
        }
        let mut both = public();
        both["jwks"] = json!({"keys": []});
        both["jwks_uri"] = json!("https://rp.example/jwks");
        register(&app, &both, None).await.is(400, "invalid_client_metadata");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn bodies_that_are_no_plain_json_object_are_refused_and_nothing_of_them_comes_back() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.per_address = 1_000;
        })
        .await;
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        let twice = r#"{"redirect_uris": ["https://a.example/"], "redirect_uris": ["https://b.example/"]}"#;
        let key = r#"{"\"><img src=x onerror=1>": 1, "redirect_uris": 5}"#;
        for body in ["", "[]", "{", "null", "\u{0}", deep.as_str(), twice, key] {
            let refused = send(&app, reqwest::Method::POST, "/oauth2/register", (Some(body.to_owned()), None)).await;
            refused.is(400, "invalid_client_metadata");
            assert_eq!(refused.headers["content-type"], "application/json");
            assert_eq!(refused.headers["x-content-type-options"], "nosniff");
            // Nothing shorter: the random id of a refusal may spell it.
            assert!(!refused.body.to_string().contains("<img") && !refused.body.to_string().contains("onerror"));
        }
        let huge = json!({"redirect_uris": ["https://a.example/"], "client_name": "x".repeat(70_000)});
        assert_eq!(register(&app, &huge, None).await.status, 413);
        let form = crate::support::relying_party::post(&app.base, "/oauth2/register", &[("a", "b")], Default::default()).await;
        assert_eq!(form.status, 415);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn names_of_strangers_are_only_text() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let mut body = public();
        body["client_name"] = json!("\"><img src=x onerror=1>");
        let made = register(&app, &body, None).await;
        let rp = relying_party(&app, &made).await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        assert!(!login.body.contains("<img src=x") && login.body.contains("img src=x"));
        let consent = browser.sign_in(&login, "ada").await.page();
        assert!(!consent.body.contains("<img src=x") && consent.has("consent-form"));
        app.stop().await;
    })
    .await;
}
