//! What does not come in by registration: more than there is room for, and what no database keeps.

use serde_json::json;

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn of_many_strangers_at_once_only_as_many_come_in_as_there_is_room_for() {
    backends::each(async |backend| {
        let bounded = |settings: &mut authy::config::Settings| {
            open(settings);
            settings.registration.quarantine_clients = 3;
            settings.registration.per_address = 100;
        };
        let app = TestApp::start_with(backend, bounded).await;
        let body = public();
        let asked = futures_util::future::join_all((0..12).map(|_| register(&app, &body, None))).await;
        assert_eq!(asked.iter().filter(|answer| answer.status == 201).count(), 3);
        assert!(asked.iter().all(|answer| [201, 503].contains(&answer.status)));
        app.stop().await;
    })
    .await;
}

/// Postgres keeps U+0000 in no column.
#[tokio::test]
async fn a_nul_in_the_metadata_is_refused_with_a_sentence() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        for (name, value) in [
            ("software_id", json!("a\0b")),
            ("tls_client_auth_san_dns", json!("\0")),
            ("default_acr_values", json!(["a\0"])),
            ("jwks", json!({"keys": [], "a\0": 1})),
        ] {
            let mut body = public();
            body[name] = value;
            register(&app, &body, None).await.is(400, "invalid_client_metadata");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_name_of_a_certificate_that_nobody_can_read_is_refused_with_a_sentence() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        for name in ["1.2.99999999999=x".to_owned(), format!("1.2.{}=x", "0".repeat(30_000)), format!("CN={}", "x".repeat(30_000))] {
            let mut body = public();
            body["tls_client_auth_subject_dn"] = json!(name);
            register(&app, &body, None).await.is(400, "invalid_client_metadata");
        }
        app.stop().await;
    })
    .await;
}
