//! Registering an application in the browser.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::browser::Browser;

pub async fn administrator(app: &TestApp) -> Browser {
    app.admin("root").await;
    let mut browser = app.browser();
    let page = browser.open("/login").await.page();
    browser.sign_in(&page, "root").await;
    browser
}

#[tokio::test]
async fn an_administrator_registers_an_application_rotates_its_secret_and_deletes_it() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut browser = administrator(&app).await;
        let page = browser.open("/admin/clients/new").await.page();
        let (_, fields) = page.form("client-form");
        let field = |part: &str| {
            fields.iter().map(|(name, _)| name.clone()).find(|name| name.contains(part)).unwrap_or_else(|| panic!("{fields:?}"))
        };
        let (name, uris) = (field("name"), field("redirect_uris"));
        let wrong = browser.submit(&page, "client-form", &[(&name, "My app"), (&uris, "javascript:alert(1)")]).await.page();
        assert!(wrong.has("client-form") && wrong.body.contains("My app"), "nothing typed is lost");
        let made = browser.submit(&page, "client-form", &[(&name, "My app"), (&uris, "https://app.example/cb")]).await.page();
        assert!(made.status < 300, "{} {}", made.status, made.body);
        let client = app.app.sql.clients_by_name("My app").await.expect("read").pop().expect("a client");
        assert_eq!(client.metadata.redirect_uris, ["https://app.example/cb"]);
        assert_eq!(client.secrets.len(), 1);

        let path = format!("/admin/clients/{}", client.client_id);
        let page = browser.open(&path).await.page();
        for part in ["/oauth2/token", "/.well-known/openid-configuration", &client.client_id] {
            assert!(page.body.contains(part), "{part}");
        }
        let rotated = browser.submit(&page, "rotate-secret-form", &[]).await.page();
        assert!(rotated.has("client-secret") && rotated.body.contains("cs_"), "the new secret is shown once");
        assert!(!browser.open(&path).await.page().has("client-secret"));
        let client = app.app.sql.client_by_id(&client.client_id).await.expect("read").expect("a client");
        assert_eq!(client.secrets.len(), 2, "two live at once until the old one is retired");

        let question = browser.open(&format!("{path}/delete")).await.page();
        browser.submit(&question, "client-delete-form", &[]).await.page();
        assert!(app.app.sql.client_by_id(&client.client_id).await.expect("read").is_none());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn saving_a_client_unchanged_keeps_every_grant_and_response_type_that_it_has() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut browser = administrator(&app).await;
        let rp = app
            .client(|metadata| {
                let device = "urn:ietf:params:oauth:grant-type:device_code";
                metadata.grant_types = ["authorization_code", device, "implicit"].map(str::to_owned).to_vec();
                metadata.response_types = ["code", "code id_token"].map(str::to_owned).to_vec();
                metadata.profile = authy::model::client::Profile::Legacy;
            })
            .await;
        let page = browser.open(&format!("/admin/clients/{}/edit", rp.id())).await.page();
        let saved = browser.submit(&page, "client-form", &[]).await.page();
        assert_eq!(saved.status, 200, "{}", saved.body);
        let after = app.app.sql.client_by_id(rp.id()).await.expect("read").expect("a client").metadata;
        assert_eq!((after.grant_types, after.response_types), (rp.client.metadata.grant_types, rp.client.metadata.response_types));
        app.stop().await;
    })
    .await;
}
