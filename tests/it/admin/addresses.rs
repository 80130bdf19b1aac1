//! Addresses elsewhere that an administrator registers: RFC 7591 §5, OIDC Registration §5.

use std::sync::Arc;

use authy::admin::office::{Office, Problem};
use authy::model::client::ClientOrigin;
use authy::spec::client_metadata::ClientDraft;
use authy::telemetry::audit::Actor;
use serde_json::json;

use crate::registration::support::Shelf;
use crate::support::app::TestApp;
use crate::support::backends;

fn draft(member: &str, value: serde_json::Value) -> ClientDraft {
    let mut draft = ClientDraft::new("Shop", ClientOrigin::Administrator);
    draft.redirect_uris = vec!["https://shop.example/cb".to_owned()];
    draft.protocol.set(member, value).expect("a member");
    draft
}

fn fields<T>(outcome: Result<T, Problem>) -> Vec<&'static str> {
    match outcome {
        Ok(_) => Vec::new(),
        Err(Problem::Refused(faults)) => faults.iter().map(|fault| fault.field).collect(),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_address_that_is_never_called_is_refused_when_an_administrator_registers_it() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let office = Office::of(&app.app, Actor::CommandLine);
        let known = office.create_client(&draft("jwks_uri", json!("https://shop.example/jwks"))).await.expect("a client").0;
        for inside in
            ["https://10.0.0.1/", "https://169.254.169.254/", "https://intranet/", "https://shop.example:6379/", "http://shop.example/"]
        {
            for (member, value) in [
                ("jwks_uri", json!(inside)),
                ("sector_identifier_uri", json!(inside)),
                ("backchannel_logout_uri", json!(inside)),
                ("backchannel_client_notification_endpoint", json!(inside)),
                ("request_uris", json!(["https://shop.example/request#1", format!("{inside}#2")])),
                ("assertion_issuers", json!([{"issuer": "https://idp.example", "jwks_uri": inside, "subject": "sub"}])),
            ] {
                assert!(fields(office.create_client(&draft(member, value.clone())).await).contains(&member), "{member} {inside}");
                assert!(fields(office.update_client(&known, &draft(member, value)).await).contains(&member), "{member} {inside}");
            }
        }
        // The issuer is on this machine, and so may be what an administrator tries with it.
        let here = draft("backchannel_logout_uri", json!("http://127.0.0.1:3000/logout"));
        assert!(fields(office.create_client(&here).await).is_empty());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_sector_is_asked_whoever_registers_and_asked_again_when_what_it_vouches_for_changes() {
    backends::each(async |backend| {
        let (shelf, sector) = (Arc::new(Shelf::default()), "https://sector.example/uris.json");
        let app = TestApp::start_asking(backend, |_| {}, Some(shelf.clone())).await;
        let office = Office::of(&app.app, Actor::CommandLine);
        let mut draft = draft("sector_identifier_uri", json!(sector));
        assert_eq!(fields(office.create_client(&draft).await), ["sector_identifier_uri"], "there is no such document");
        for wrong in [json!(["https://other.example/cb"]), json!({"redirect_uris": ["https://shop.example/cb"]})] {
            shelf.put(sector, &wrong, None);
            assert_eq!(fields(office.create_client(&draft).await), ["sector_identifier_uri"], "{wrong}");
        }
        shelf.put(sector, &json!(["https://shop.example/cb", "https://other.example/cb"]), None);
        let client = office.create_client(&draft).await.expect("a client").0;

        let asked = shelf.asked(sector);
        draft.name = "Another name".to_owned();
        let client = office.update_client(&client, &draft).await.expect("a name needs no document").0;
        assert_eq!(shelf.asked(sector), asked);
        draft.redirect_uris.push("https://third.example/cb".to_owned());
        assert_eq!(fields(office.update_client(&client, &draft).await), ["sector_identifier_uri"]);
        draft.redirect_uris = vec!["https://other.example/cb".to_owned(), "https://shop.example/cb".to_owned()];
        office.update_client(&client, &draft).await.expect("the sector names both");
        assert!(shelf.asked(sector) > asked);

        // The page of the administration does the same, and says what is wrong.
        app.admin("root").await;
        let mut browser = app.browser();
        let page = browser.open("/login").await.page();
        browser.sign_in(&page, "root").await;
        let page = browser.open(&format!("/admin/clients/{}/edit", client.client_id)).await.page();
        let wrong = browser.submit(&page, "client-form", &[("redirect_uris", "https://third.example/cb")]).await.page();
        assert!(wrong.status == 422 && wrong.body.contains("own addresses"), "{}", wrong.body);
        let right = browser.submit(&page, "client-form", &[("redirect_uris", "https://other.example/cb")]).await.page();
        assert!(right.status < 300, "{} {}", right.status, right.body);
        app.stop().await;
    })
    .await;
}
