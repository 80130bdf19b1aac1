//! A document that says something else while a person reads what it said: OIDC Core §3.1.2.4.

use std::time::Duration;

use serde_json::json;

use super::{ID, document, provider, rows, url};
use crate::support::backends;
use crate::support::relying_party::query;

#[tokio::test]
async fn a_document_that_asks_for_more_between_page_and_click_is_asked_about_again() {
    backends::each(async |backend| {
        let (app, shelf) = provider(backend).await;
        let ada = app.user("ada").await;
        let mut small = document();
        small["scope"] = json!("openid");
        shelf.put(ID, &small, Some(60));
        let mut browser = app.browser();
        let login = browser.open(&url(&app, &[])).await.page();
        let consent = browser.sign_in(&login, "ada").await.page();
        assert!(!consent.body.contains("e-mail"), "{}", consent.body);
        shelf.put(ID, &document(), Some(60));
        app.advance(Duration::from_secs(61));
        let asked = browser.press(&consent, "consent-form", "consent-approve").await.page();
        assert!(asked.status == 409 && asked.has("consent-form") && asked.body.contains("e-mail"), "{}", asked.body);
        assert_eq!(rows(&app).await, 0);
        assert_eq!(app.app.sql.consent_of(&ada.subject, ID).await.expect("the database"), None);
        assert!(query(&browser.press(&asked, "consent-form", "consent-approve").await.away()).contains_key("code"));
        app.stop().await;
    })
    .await;
}
