//! Everything that can be said about an application: in the browser, at registration, and in the documentation.

use std::collections::BTreeSet;
use std::sync::Arc;

use authy::admin::clients::document;
use authy::admin::office::Office;
use authy::endpoints::register::draft::is_open;
use authy::model::client::protocol::ProtocolMetadata;
use authy::model::client::{Client, ClientOrigin};
use authy::spec::client_metadata::ClientDraft;
use authy::spec::grant_type;
use authy::telemetry::audit::Actor;
use serde_json::{Value, json};

use super::clients::administrator;
use crate::registration::support::{Shelf, open, register};
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::everything;
use crate::support::signer;

fn documents() -> Vec<Value> {
    std::iter::once(everything::with_keys()).chain(everything::with_certificates()).collect()
}

fn members(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document.as_object().expect("an object").iter()
}

/// authy asks for the sector's document, and finds it.
fn sector() -> Arc<Shelf> {
    let shelf = Arc::new(Shelf::default());
    shelf.put("https://rp.example/sector", &json!(["https://rp.example/cb", "https://rp.example/jwks"]), None);
    shelf
}

async fn registered(app: &TestApp, document: &Value) -> Client {
    let mut draft = ClientDraft::new("", ClientOrigin::Administrator);
    document::read(&document.to_string(), &mut draft).expect("a document");
    Office::of(&app.app, Actor::Person("root")).create_client(&draft).await.expect("a client").0
}

async fn stored(app: &TestApp, client_id: &str) -> Client {
    app.app.sql.client_by_id(client_id).await.expect("the database").expect("a client")
}

#[test]
fn the_documents_of_these_tests_say_everything() {
    let documents = documents();
    let said: BTreeSet<&str> = documents.iter().flat_map(members).map(|(name, _)| name.as_str()).collect();
    // A command writes these as it goes; nobody types them.
    let missing: Vec<_> = ProtocolMetadata::MEMBERS.iter().filter(|name| !said.contains(**name) && **name != "weakenings").collect();
    assert!(missing.is_empty(), "{missing:?}");
    let grants = documents[0]["grant_types"].as_array().expect("an array");
    assert!(grant_type::names().iter().all(|grant| grants.contains(&json!(grant))));
}

#[tokio::test]
async fn the_form_shows_every_setting_loses_none_and_makes_the_same_application_again() {
    backends::each(async |backend| {
        let app = TestApp::start_asking(backend, |_| {}, Some(sector())).await;
        let mut browser = administrator(&app).await;
        let new = browser.open("/admin/clients/new").await.page().form("client-form").0;
        for document in documents() {
            let client = registered(&app, &document).await;
            let page = browser.open(&format!("/admin/clients/{}/edit", client.client_id)).await.page();
            let fields = page.form("client-form").1;
            let saved = browser.submit(&page, "client-form", &[]).await.page();
            assert!(!saved.has("client-form"), "{document}: {}", saved.body);
            assert_eq!(stored(&app, &client.client_id).await.metadata, client.metadata);
            let made = browser.post(&new, &fields).await;
            let made = browser.follow(made).await.page();
            assert!(!made.has("client-form"), "{document}: {}", made.body);
            let all = app.app.sql.clients_by_name(&client.name).await.expect("the database");
            let again = all.into_iter().find(|one| one.client_id != client.client_id).expect("a second one");
            assert_eq!(again.metadata, client.metadata);
            for one in [client, again] {
                app.app.sql.delete_client(&one.client_id, &app.event("client.deleted")).await.expect("the database");
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_wrongly_is_marked_beside_its_field() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut browser = administrator(&app).await;
        let page = browser.open("/admin/clients/new").await.page();
        let fine = [("client_name", "Wrong"), ("redirect_uris", "https://app.example/cb")];
        for (field, wrong) in [
            ("assertion_issuers", "{"),
            ("backchannel_logout_uri", "http://app.example/logout"),
            ("id_token_encrypted_response_alg", "ECDH-ES"),
            ("subject_type", "secret"),
            ("resources", "https://api.example/ /relative"),
            ("response_types", "code id_token"),
        ] {
            let refused = browser.submit(&page, "client-form", &[&fine[..], &[(field, wrong)]].concat()).await.page();
            assert!(refused.has(&format!("{field}-error")), "{field}: {}", refused.body);
        }
        // What has only a box is told at the top.
        let values =
            [&fine[..], &[("tls_client_certificate_bound_access_tokens", "on"), ("backchannel_token_delivery_mode", "push")]].concat();
        let refused = browser.submit(&page, "client-form", &values).await.page();
        assert!(refused.has("backchannel_token_delivery_mode-error"), "{}", refused.body);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_application_that_registers_itself_says_everything_but_what_is_for_administrators() {
    backends::each(async |backend| {
        let settings = |settings: &mut authy::config::Settings| {
            open(settings);
            settings.registration.per_address = 1_000;
            settings.registration.profiles.push("legacy".to_owned());
            settings.registration.grant_types = grant_type::names().into_iter().map(str::to_owned).collect();
            settings.registration.scopes.push("read".to_owned());
            settings.registration.authorization_details_types.push("payment_initiation".to_owned());
        };
        let app = TestApp::start_asking(backend, settings, Some(sector())).await;
        // What such applications have in any case shows nothing, and the word of other issuers is for administrators to trust.
        let grants = grant_type::names().into_iter().filter(|grant| !grant.ends_with(":jwt-bearer")).collect::<Vec<_>>();
        let changes =
            json!({ "id_token_claims": "full", "grant_types": grants, "response_types": ["code", "code id_token"], "profile": "legacy" });
        for document in documents() {
            let mut document = signer::with(document, &changes);
            if document.get("sector_identifier_uri").is_some() {
                // Whose sector a client with these grants belongs to is shown by its keys.
                document = signer::with(document, &json!({ "jwks": null, "jwks_uri": "https://rp.example/jwks" }));
            }
            let made = register(&app, &document, None).await;
            assert_eq!(made.status, 201, "{document}: {}", made.body);
            for (name, value) in members(&document) {
                assert_eq!(&made.body[name] == value, is_open(name), "{name}: {}", made.body[name]);
            }
        }
        app.stop().await;
    })
    .await;
}

#[test]
fn the_documentation_for_developers_names_every_setting() {
    let page = include_str!("../../../docs/applications.md");
    let (_, table) = page.split_once("## Every setting").expect("a heading");
    let documents = documents();
    let names = documents.iter().flat_map(members).map(|(name, _)| name.as_str()).chain(ProtocolMetadata::MEMBERS.iter().copied());
    let missing: BTreeSet<_> = names.filter(|name| !table.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
