//! What the settings, and not a document, decide.

use std::sync::Arc;
use std::time::Duration;

use authy::model::client::ClientOrigin;
use authy::model::registration::DynamicClient;
use serde_json::json;

use super::{ID, document, provider, url};
use crate::registration::support::Shelf;
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{jose_header, post, query};

#[tokio::test]
async fn where_documents_are_switched_off_those_that_people_approved_before_are_off_too() {
    for adjust in [(|settings| settings.client_documents.enabled = false) as crate::support::app::Adjust, |settings| {
        settings.client_documents.hosts = vec!["other.example".to_owned()]
    }] {
        backends::each(async |backend| {
            let shelf = Arc::new(Shelf::default());
            shelf.put(ID, &document(), None);
            let app = TestApp::start_asking(backend, adjust, Some(shelf)).await;
            app.user("ada").await;
            let mut client = app.public_client().await.client;
            client.client_id = ID.to_owned();
            client.origin = ClientOrigin::Document;
            client.metadata.redirect_uris = vec!["https://app.example.com/cb".to_owned()];
            let (now, later) = (app.now(), app.now() + Duration::from_secs(3600));
            let dynamic =
                DynamicClient { client_id: ID.to_owned(), token_hash: None, approved_at: Some(now), last_used_at: now, expires_at: later };
            assert!(app.app.sql.save_document_client(&client, &dynamic, &app.event("client.approved")).await.expect("the database"));
            assert!(app.browser().open(&url(&app, &[])).await.page().has("error-page"));
            let fields = [("grant_type", "refresh_token"), ("client_id", ID), ("refresh_token", "rt_x")];
            post(&app.base, "/oauth2/token", &fields, Default::default()).await.is(401, "invalid_client");
            app.stop().await;
        })
        .await;
    }
}

#[tokio::test]
async fn strangers_change_no_key_set() {
    backends::each(async |backend| {
        let (app, shelf) = provider(backend).await;
        let mut described = document();
        described["authorization_signed_response_alg"] = json!("EdDSA");
        shelf.put(ID, &described, None);
        let before = app.get_json("/.well-known/jwks.json").await;
        let silent = app.browser().open(&url(&app, &[("response_mode", "query.jwt"), ("prompt", "none")])).await.away();
        assert_eq!(jose_header(&query(&silent)["response"])["alg"], "RS256");
        assert_eq!(app.get_json("/.well-known/jwks.json").await, before);
        // A person who approves it wants it to work as it says.
        app.user("ada").await;
        let back = app.browser().walk(&url(&app, &[("response_mode", "query.jwt")]), "ada").await;
        assert_eq!(jose_header(&query(&back)["response"])["alg"], "EdDSA");
        app.stop().await;
    })
    .await;
}
