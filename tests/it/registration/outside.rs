//! What a registration makes authy ask of others: RFC 7591 §2.3, OIDC Registration §5.

use std::path::PathBuf;
use std::sync::Arc;

use authy::jose::Algorithm;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn a_sector_names_every_redirect_uri_of_its_clients() {
    backends::each(async |backend| {
        let shelf = Arc::new(Shelf::default());
        let sector = "https://sector.example/uris.json";
        let app = TestApp::start_asking(backend, open, Some(shelf.clone())).await;
        let mut body = public();
        body["sector_identifier_uri"] = json!(sector);
        body["subject_type"] = json!("pairwise");
        register(&app, &body, None).await.is(400, "invalid_client_metadata");
        for (listed, status) in [
            (json!(["https://stranger.example/cb", "https://other.example/cb"]), 201),
            (json!(["https://other.example/cb"]), 400),
            (json!({"redirect_uris": ["https://stranger.example/cb"]}), 400),
            (json!("https://stranger.example/cb"), 400),
        ] {
            shelf.put(sector, &listed, None);
            let answer = register(&app, &body, None).await;
            assert_eq!(answer.status, status, "{listed}: {}", answer.body);
        }
        body["sector_identifier_uri"] = json!("http://sector.example/uris.json");
        register(&app, &body, None).await.is(400, "invalid_client_metadata");
        let mut inside = public();
        inside["jwks_uri"] = json!("https://10.0.0.1/jwks");
        register(&app, &inside, None).await.is(400, "invalid_client_metadata");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_software_statement_wins_over_what_stands_beside_it_when_its_issuer_is_trusted() {
    backends::each(async |backend| {
        let shelf = Arc::new(Shelf::default());
        let app = TestApp::start_asking(
            backend,
            |settings| {
                open(settings);
                settings.registration.software_statement_issuers = vec![authy::config::registration::StatementIssuer {
                    issuer: "https://trust.example".to_owned(),
                    keys: authy::config::registration::KeySource::Uri("https://trust.example/jwks".to_owned()),
                }];
            },
            Some(shelf.clone()),
        )
        .await;
        // The provider's own keys stand for those of the issuer of statements.
        shelf.put("https://trust.example/jwks", &app.get_json("/.well-known/jwks.json").await, None);
        let keys = app.app.keys.current();
        let signer = keys.set.signer(Algorithm::ES256, app.now()).expect("a signer");
        let signed = |claims: Value| signer.sign(None, &claims).expect("signed");
        let claims = |changes: Value| {
            let mut claims =
                json!({"iss": "https://trust.example", "software_id": "s-1", "client_name": "Vouched for", "skip_consent": true});
            claims.as_object_mut().expect("an object").extend(changes.as_object().cloned().expect("an object"));
            claims
        };
        let with = |statement: &str| {
            let mut body = public();
            body["software_statement"] = json!(statement);
            body
        };
        let good = signed(claims(json!({"exp": app.now().as_seconds() + 60})));
        let made = register(&app, &with(&good), None).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(
            (made.text("client_name"), made.text("software_id"), made.text("software_statement")),
            ("Vouched for".into(), "s-1".into(), good)
        );
        let stored = app.app.sql.client_by_id(&made.text("client_id")).await.expect("the database").expect("the client");
        assert!(!stored.metadata.skip_consent);
        let mut translated = with(&signed(claims(json!({"aud": [app.base, "https://other.example"]}))));
        translated["client_name#de"] = json!("Another name");
        let made = register(&app, &translated, None).await;
        assert_eq!((made.text("client_name"), made.body.get("client_name#de")), ("Vouched for".into(), None));
        for bad in [
            tampered(&signed(claims(json!({})))),
            signed(claims(json!({"exp": app.now().as_seconds()}))),
            signed(claims(json!({"exp": "soon"}))),
            signed(claims(json!({"nbf": app.now().as_seconds() + 60}))),
            signed(claims(json!({"aud": "https://other.example"}))),
            signer.sign(Some("at+jwt"), &claims(json!({}))).expect("signed"),
            "no.jws".to_owned(),
        ] {
            register(&app, &with(&bad), None).await.is(400, "invalid_software_statement");
        }
        register(&app, &with(&signed(claims(json!({"iss": "https://other.example"})))), None)
            .await
            .is(400, "unapproved_software_statement");
        let mut number = public();
        number["software_statement"] = json!(5);
        register(&app, &number, None).await.is(400, "invalid_software_statement");
        app.stop().await;
    })
    .await;
}

/// Of this process alone.
fn key_file() -> PathBuf {
    std::env::temp_dir().join(format!("authy-statement-keys-{}.json", std::process::id()))
}

#[tokio::test]
async fn keys_of_an_issuer_of_statements_that_cannot_be_read_are_no_error_of_the_server() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.software_statement_issuers = vec![authy::config::registration::StatementIssuer {
                issuer: "https://trust.example".to_owned(),
                keys: authy::config::registration::KeySource::File(key_file()),
            }];
        })
        .await;
        let keys = app.app.keys.current();
        let signer = keys.set.signer(Algorithm::ES256, app.now()).expect("a signer");
        let mut body = public();
        body["software_statement"] = json!(signer.sign(None, &json!({"iss": "https://trust.example"})).expect("signed"));
        register(&app, &body, None).await.is(503, "temporarily_unavailable");
        std::fs::write(key_file(), "{").expect("written");
        register(&app, &body, None).await.is(503, "temporarily_unavailable");
        std::fs::write(key_file(), app.get_json("/.well-known/jwks.json").await.to_string()).expect("written");
        let made = register(&app, &body, None).await;
        std::fs::remove_file(key_file()).expect("removed");
        assert_eq!(made.status, 201, "{}", made.body);
        app.stop().await;
    })
    .await;
}

/// With another signature.
fn tampered(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let other: String = signature.chars().rev().collect();
    format!("{signed}.{other}")
}
