//! Clients and their secrets.

use std::time::Duration;

use authy::model::client::{Client, ClientSecret, SecretHash};
use authy::store::StoreError;
use authy::store::sql::{Created, Page, Sealed};

use super::samples::*;
use crate::support::backends::{START, each};

#[tokio::test]
async fn a_client_reads_back_as_it_was_saved() {
    each(async |backend| {
        let sql = &backend.sql;
        let mut app = client("app", "App");
        assert_eq!(sql.create_client(&app, &event("client.created")).await.unwrap(), Created::Done);
        assert_eq!(sql.create_client(&app, &event("no")).await.unwrap(), Created::Exists("client_id"));
        assert_eq!(sql.client_by_id("app").await.unwrap().as_ref(), Some(&app));
        assert_eq!(sql.client_by_id("none").await.unwrap(), None);
        assert_eq!(sql.client_by_id("a\0").await.unwrap(), None);
        app.name = "Renamed".to_owned();
        app.metadata.skip_consent = true;
        assert!(sql.update_client(&app, &event("client.updated")).await.unwrap());
        assert!(!sql.update_client(&app, &event("no")).await.unwrap(), "somebody has changed it since it was read");
        app.updated_at = START + Duration::from_micros(1);
        assert_eq!(sql.clients_by_name("Renamed").await.unwrap(), [app.clone()]);
        assert!(!sql.update_client(&client("none", "None"), &event("no")).await.unwrap());
        let uris = vec!["https://app.example/cb".to_owned(), "https://spa.example".to_owned()];
        assert_eq!(sql.enabled_client_uris().await.unwrap(), [("app".to_owned(), uris)]);
        assert!(sql.enable_client("app", false, &event("client.disabled")).await.unwrap());
        assert!(!sql.enable_client("none", false, &event("no")).await.unwrap());
        assert_eq!(sql.enabled_client_uris().await.unwrap(), []);
        let disabled = sql.client_by_id("app").await.unwrap().unwrap();
        assert!(disabled.updated_at > app.updated_at, "within the same moment, too");
        assert!(sql.update_client(&Client { enabled: true, ..disabled }, &event("client.updated")).await.unwrap());
        assert!(!sql.client_by_id("app").await.unwrap().unwrap().enabled, "no edit lets it in again");
        assert!(sql.delete_client("app", &event("client.deleted")).await.unwrap());
        assert!(!sql.delete_client("app", &event("no")).await.unwrap());
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn pages_follow_name_and_id_also_when_names_repeat() {
    each(async |backend| {
        let sql = &backend.sql;
        for (client_id, name) in [("c", "Beta"), ("a", "Beta"), ("b", "Alpha"), ("D_1", "Beta")] {
            let _ = sql.create_client(&client(client_id, name), &event("client.created")).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut page = Page { limit: 1, ..Page::default() };
        while let Some(client) = sql.list_clients(&page).await.unwrap().pop() {
            assert_eq!(client.secrets.len(), 1);
            page.after = Some(Page::client_key(&client));
            seen.push(client.client_id);
        }
        assert_eq!(seen.len(), 4, "{seen:?}");
        assert_eq!(seen[0], "b");
        let search = |text: &str| Page { search: text.to_owned(), limit: 9, ..Page::default() };
        assert_eq!(sql.list_clients(&search("d_")).await.unwrap().len(), 1);
        assert_eq!(sql.list_clients(&search("BETA")).await.unwrap().len(), 3);
        assert_eq!((sql.count_clients("beta").await.unwrap(), sql.count_clients("").await.unwrap()), (3, 4));
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_must_be_had_back_is_kept_sealed_and_sealed_anew() {
    each(async |backend| {
        let sql = &backend.sql;
        let mut app = client("app", "App");
        app.secrets = vec![ClientSecret { hash: SecretHash::Sealed(vec![1, 2]), ..secret("1") }];
        let _ = sql.create_client(&app, &event("client.created")).await.unwrap();
        let _ = sql.create_client(&client("other", "Other"), &event("client.created")).await.unwrap();
        assert_eq!(sql.client_by_id("app").await.unwrap().unwrap().secrets, app.secrets);
        assert_eq!(sql.sealed_client_secrets().await.unwrap(), [(app.secrets[0].id, vec![1, 2])]);
        let sealed = Sealed { client_secrets: vec![(app.secrets[0].id, vec![3])], ..Sealed::default() };
        sql.reseal("k2", &sealed, &event("master_key.changed")).await.unwrap();
        assert_eq!(sql.client_by_id("app").await.unwrap().unwrap().secrets[0].hash, SecretHash::Sealed(vec![3]));
    })
    .await;
}

#[tokio::test]
async fn two_secrets_live_at_once_and_the_newest_comes_first() {
    each(async |backend| {
        let sql = &backend.sql;
        let app = client("app", "App");
        let _ = sql.create_client(&app, &event("client.created")).await.unwrap();
        let bcrypt =
            ClientSecret { hash: SecretHash::Bcrypt("$2b$x".into()), created_at: later(1), expires_at: Some(later(60)), ..secret("2") };
        let third = ClientSecret { created_at: later(2), ..secret("3") };
        sql.add_client_secret("app", &bcrypt, Some(&event("secret.added"))).await.unwrap();
        assert_eq!(sql.client_by_id("app").await.unwrap().unwrap().secrets, [bcrypt.clone(), app.secrets[0].clone()]);
        sql.add_client_secret("app", &third, Some(&event("secret.added"))).await.unwrap();
        assert_eq!(sql.client_by_id("app").await.unwrap().unwrap().secrets, [third.clone(), bcrypt.clone()]);
        assert!(!sql.retire_client_secret("other", bcrypt.id, Some(&event("no"))).await.unwrap());
        assert!(sql.retire_client_secret("app", bcrypt.id, Some(&event("secret.retired"))).await.unwrap());
        let fourth = ClientSecret { created_at: START, ..secret("4") };
        sql.add_client_secret("app", &fourth, Some(&event("secret.added"))).await.unwrap();
        sql.retire_other_client_secrets("app", fourth.id, &event("secret.retired")).await.unwrap();
        assert_eq!(sql.client_by_id("app").await.unwrap().unwrap().secrets, [fourth]);
        assert!(matches!(sql.add_client_secret("none", &secret("5"), Some(&event("no"))).await, Err(StoreError::Conflict)));
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}
