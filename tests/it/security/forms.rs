//! Every form, from the route table: none is taken from another site, without its token, or by the wrong method.

use authy::routes::TABLE;

use crate::support::app::TestApp;
use crate::support::backends;

/// Endpoints that specifications want to be open to other sites.
fn is_protocol(path: &str) -> bool {
    path.starts_with("/oauth2/") || path.starts_with("/.well-known/") || path.starts_with("/api/")
}

#[tokio::test]
async fn no_form_is_taken_without_its_token_or_from_another_site() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.admin("root").await;
        let user = app.user("ada").await;
        let rp = app.relying_party().await;
        let mut root = app.browser();
        let login = root.open("/login").await.page();
        root.sign_in(&login, "root").await.page();
        let token = root.open("/account/security").await.page().form("password-form").1.into_iter().find(|(name, _)| name == "csrf_token");
        let token = token.expect("a token").1;
        let mut seen = 0;
        for (path, methods) in TABLE.iter().filter(|(path, methods)| methods.contains(&"POST") && !is_protocol(path)) {
            let sample = path
                .replace("{client_id}", rp.id())
                .replace("{subject}", &user.subject)
                .replace("{secret}", "00000000-0000-0000-0000-000000000000")
                .replace("{session}", "00000000-0000-0000-0000-000000000000");
            seen += 1;
            let field = |value: &str| vec![("csrf_token".to_owned(), value.to_owned())];
            let refused = |status: u16, why: &str| {
                // A page that needs a request under way, or a setup link, may say that there is none before it looks at the form.
                assert!(matches!(status, 400 | 403 | 404), "{path} {why}: {status}");
                if !matches!(*path, "/consent" | "/login/select" | "/setup") {
                    assert_eq!(status, 403, "{path} {why}");
                }
            };
            refused(root.post(&sample, &[]).await.status, "without a token");
            refused(root.post(&sample, &field("nonsense")).await.status, "with a foreign token");
            for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
                let mut other = root.clone();
                other.headers.insert(reqwest::header::HeaderName::from_static(name), value.parse().expect("a value"));
                refused(other.post(&sample, &field(&token)).await.status, name);
            }
            if !methods.contains(&"GET") {
                let status = root.get(&format!("{sample}?csrf_token={token}")).await.status;
                assert!(matches!(status, 403..=405), "GET {path}: {status}");
            }
        }
        assert!(seen > 20, "{seen} forms");
        assert!(app.app.sql.client_by_id(rp.id()).await.expect("read").is_some_and(|client| client.enabled));
        assert!(app.app.sql.user_by_subject(&user.subject).await.expect("read").is_some_and(|user| user.is_active()));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_with_missing_or_foreign_fields_is_refused_with_a_page_and_changes_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        let (action, fields) = login.form("login-form");
        let only_token: Vec<_> = fields.into_iter().filter(|(name, _)| name == "csrf_token").collect();
        let refused = browser.post(&action, &only_token).await;
        assert!(refused.has("login-form") && refused.status == 401, "{} {}", refused.status, refused.body);
        let consent = browser.sign_in(&login, "ada").await.page();
        let (action, fields) = consent.form("consent-form");
        let token: Vec<_> = fields.iter().filter(|(name, _)| name == "csrf_token").cloned().collect();
        for more in [
            vec![],
            vec![("decision", "perhaps")],
            vec![("decision", "approve"), ("scope", "openid admin")],
            vec![("decision", "approve"), ("client_id", "other")],
        ] {
            let mut sent = token.clone();
            sent.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            let refused = browser.post(&action, &sent).await;
            assert!(refused.status == 400 && refused.has("error-page"), "{more:?}: {}", refused.status);
            assert!(!refused.body.contains("panicked") && !refused.body.contains(".rs:"), "{}", refused.body);
        }
        let back = browser.press(&consent, "consent-form", "consent-approve").await.away();
        assert!(back.contains("code="), "what was refused used nothing up: {back}");
        app.stop().await;
    })
    .await;
}
