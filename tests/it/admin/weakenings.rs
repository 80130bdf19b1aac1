//! Settings that are weaker than the default: by whose word, and until when.

use std::time::Duration;

use authy::clock::Timestamp;
use authy::model::client::protocol::Weakening;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

#[tokio::test]
async fn when_an_allowance_has_run_out_the_default_is_in_force() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let until = app.now().as_seconds() + 600;
        let word = Weakening { setting: "require_pkce".to_owned(), allowed_by: "root".to_owned(), until: Some(until) };
        let rp = app.client(|metadata| metadata.protocol.weakenings = vec![word]).await;
        let mut browser = app.browser();
        let without = rp.url(&[("code_challenge", "-"), ("code_challenge_method", "-")]);
        assert!(query(&browser.walk(&without, "ada").await).contains_key("code"));
        app.advance(Duration::from_secs(601));
        tokio::time::sleep(Duration::from_millis(1_100)).await; // what is remembered of a client lasts for a second
        assert_eq!(query(&browser.open(&without).await.away())["error"], "invalid_request");
        assert!(query(&browser.open(&rp.url(&[])).await.away()).contains_key("code"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_form_records_the_administrator_and_the_last_day() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.admin("root").await;
        let mut browser = app.browser();
        let page = browser.open("/login").await.page();
        browser.sign_in(&page, "root").await;
        let page = browser.open("/admin/clients/new").await.page();
        let fields = [
            ("client_name", "Old app"),
            ("redirect_uris", "https://app.example/cb"),
            ("profile", "legacy"),
            ("allowed_until", "2026-12-31"),
        ];
        let wrong = browser.submit(&page, "client-form", &[("client_name", "Old app"), ("allowed_until", "31.12.2026")]).await.page();
        assert!(wrong.has("allowed_until-error"), "{}", wrong.body);
        let past = browser.submit(&page, "client-form", &[&fields[..3], &[("allowed_until", "2026-02-28")]].concat()).await.page();
        assert!(past.has("allowed_until-error") && past.body.contains("a day that is over"), "{}", past.body);
        browser.submit(&page, "client-form", &fields).await.page();
        let client = app.app.sql.clients_by_name("Old app").await.expect("read").pop().expect("a client");
        let until = Timestamp::end_of_day("2026-12-31").map(Timestamp::as_seconds);
        let expected = ["require_pkce", "profile"].map(|setting| Weakening { setting: setting.into(), allowed_by: "root".into(), until });
        assert_eq!(client.metadata.protocol.weakenings, expected);
        let path = format!("/admin/clients/{}", client.client_id);
        assert!(browser.open(&path).await.page().body.contains("Allowed by root until 2027-01-01 00:00 UTC."));
        // What is mended is struck out, and the word about the rest stays.
        let page = browser.open(&format!("{path}/edit")).await.page();
        browser.submit(&page, "client-form", &[("require_pkce", "on")]).await.page();
        let client = app.app.sql.client_by_id(&client.client_id).await.expect("read").expect("a client");
        assert_eq!(client.metadata.protocol.weakenings, expected[1..]);
        app.stop().await;
    })
    .await;
}
