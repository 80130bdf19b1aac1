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
async fn the_addresses_of_somebody_else_open_their_sector_to_nobody_who_fetches_the_answer() {
    const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    backends::each(async |backend| {
        let (shelf, sector) = (Arc::new(Shelf::default()), "https://victim.example/uris.json");
        shelf.put(sector, &json!(["https://victim.example/cb", "https://victim.example/jwks"]), None);
        let allow = |settings: &mut authy::config::Settings| {
            open(settings);
            settings.registration.grant_types.push(DEVICE_CODE.to_owned());
        };
        let app = TestApp::start_asking(backend, allow, Some(shelf)).await;
        let with = |changes: Value| {
            let base = json!({"client_name": "Stranger", "token_endpoint_auth_method": "none", "subject_type": "pairwise",
                "grant_types": [DEVICE_CODE], "sector_identifier_uri": sector});
            crate::support::signer::with(base, &changes)
        };
        register(&app, &with(json!({})), None).await.is(400, "invalid_client_metadata");
        let copied = json!({"redirect_uris": ["https://victim.example/cb"], "grant_types": [DEVICE_CODE, "authorization_code"]});
        register(&app, &with(copied.clone()), None).await.is(400, "invalid_client_metadata");
        let by_keys = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://victim.example/jwks"});
        assert_eq!(register(&app, &with(by_keys), None).await.status, 201, "whoever has those keys");
        // Without a document the host of a copied address counts no more than the document did.
        let copied = register(&app, &crate::support::signer::with(with(copied), &json!({"sector_identifier_uri": null})), None).await;
        let client = app.app.sql.client_by_id(&copied.text("client_id")).await.expect("the database").expect("the client");
        assert_eq!(authy::spec::subject::sector(&client), format!("client:{}", client.client_id));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn types_of_details_are_those_that_the_policy_opens() {
    backends::each(async |backend| {
        let allow = |settings: &mut authy::config::Settings| {
            open(settings);
            settings.registration.authorization_details_types.push("calendar".to_owned());
        };
        let app = TestApp::start_with(backend, allow).await;
        let mut body = public();
        body["authorization_details_types"] = json!(["payment_initiation", "calendar"]);
        body["default_acr_values"] = json!(["urn:example:gold", "urn:authy:acr:password"]);
        let registered = register(&app, &body, None).await;
        assert_eq!((registered.status, &registered.body["authorization_details_types"]), (201, &json!(["calendar"])));
        assert_eq!(registered.body["default_acr_values"], json!(["urn:authy:acr:password"]), "those that a sign-in can have");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_policy_lets_be_weak_has_the_word_of_the_operator() {
    backends::each(async |backend| {
        let allow = |settings: &mut authy::config::Settings| {
            open(settings);
            settings.registration.profiles = vec!["oauth21".to_owned(), "legacy".to_owned(), "fapi1".to_owned()];
        };
        let app = TestApp::start_with(backend, allow).await;
        let mut body = public();
        body["response_types"] = json!(["code", "code id_token"]);
        let registered = register(&app, &body, None).await;
        assert!(registered.status == 201 && registered.body.get("weakenings").is_none(), "{}", registered.body);
        let id = registered.text("client_id");
        let words = async || {
            let client = app.app.sql.client_by_id(&id).await.expect("the database").expect("the client");
            let words = client.metadata.protocol.weakenings.iter();
            words.map(|known| (known.setting.clone(), known.allowed_by.contains("AUTHY_REGISTRATION__"))).collect::<Vec<_>>()
        };
        assert_eq!(words().await, [("profile".to_owned(), true), ("response_types".to_owned(), true)]);
        // FAPI 1.0 Advanced §5.2.2: no implicit grant for the detached signature.
        body = crate::support::signer::with(
            body,
            &json!({"client_id": id, "profile": "fapi1", "response_types": ["code id_token"],
            "grant_types": ["authorization_code"], "token_endpoint_auth_method": "private_key_jwt", "id_token_signed_response_alg": "PS256",
            "jwks": crate::support::signer::set(crate::support::signer::KEYS.iter()), "tls_client_certificate_bound_access_tokens": true}),
        );
        let token = registered.text("registration_access_token");
        let updated = manage(&app, reqwest::Method::PUT, &id, (Some(&body), &token)).await;
        assert_eq!(updated.status, 200, "{}", updated.body);
        assert_eq!(words().await, [("require_pkce".to_owned(), true)], "what is weak no more is struck out");
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
