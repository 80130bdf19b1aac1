//! What goes, and what stays.

use std::time::Duration;

use authy::model::audit::AuditEvent;
use authy::model::consent::Consent;
use authy::model::registration::{Admission, DynamicClient, RegistrationToken};
use authy::model::session::Session;
use authy::secret::TokenHash;
use authy::store::sql::{Created, Registered};

use super::samples::*;
use crate::support::backends::{Backend, START, Servers, each, on_servers};

#[tokio::test]
async fn the_sweeper_removes_what_is_over_in_small_batches_and_nothing_else() {
    each(async |backend| {
        let sql = &backend.sql;
        let session_row = ada_with_app(sql).await;
        let (bound, mut offline) = (grant(&session_row, "app"), grant(&session_row, "app"));
        offline.offline = true;
        let (short, long) = (token(&bound, 0), token(&offline, 0));
        let _ = sql.redeem_grant(&bound, Some(&short), START).await.unwrap();
        let _ = sql.redeem_grant(&offline, Some(&long), START).await.unwrap();
        sql.slide_refresh_token(&long.hash, START + DAY * 100).await.unwrap();
        for number in 0..3 {
            sql.revoke_token(&format!("jti-{number}"), START + DAY, None).await.unwrap();
            let ended = Session { ended_at: Some(START), expires_at: START + DAY * 300, ..session("sub-of-ada") };
            begin(sql, &ended).await;
        }
        let consent = Consent {
            subject: "sub-of-ada".to_owned(),
            client_id: "app".to_owned(),
            scopes: Vec::new(),
            claims: Vec::new(),
            resources: Vec::new(),
            authorization_details: Vec::new(),
            destinations: Vec::new(),
            granted_at: START,
            expires_at: START + DAY * 365,
        };
        sql.save_consent(&consent, &event("consent.given")).await.unwrap();
        assert_eq!(sql.sweep(START, START - DAY, 100).await.unwrap(), 0);

        // The session that ran out ends; two of three ended ones go, two of three revoked tokens, one refresh token; then the rest.
        let sweep = async |days: u32, limit| sql.sweep(START + DAY * days, START + DAY * (days - 1), limit).await.unwrap();
        assert_eq!(sweep(36, 2).await, 6);
        let over = sql.session_by_id(session_row.id).await.unwrap().unwrap();
        assert_eq!(over.ended_at, Some(START + DAY * 36));
        assert!(sql.grant_by_id(bound.id).await.unwrap().unwrap().revoked_at.is_some(), "it ended with its session");
        assert_eq!(sweep(38, 2).await, 2);
        assert_eq!(sweep(67, 2).await, 1);
        assert_eq!(sql.session_by_id(session_row.id).await.unwrap(), None);
        assert_eq!(sql.refresh_token(&short.hash).await.unwrap(), None);
        assert_eq!(sql.refresh_token(&long.hash).await.unwrap().unwrap().1, offline);
        assert!(sql.consent_of("sub-of-ada", "app").await.unwrap().is_some());

        // A year on: the other refresh token, both grants, the consent.
        assert_eq!(sweep(366, 100).await, 4);
        assert_eq!(sql.grant_by_id(offline.id).await.unwrap(), None);
        assert_eq!(recorded(sql).await.len(), 7);
        sql.record(&[AuditEvent { at: START + DAY * 400, ..event("recent") }]).await.unwrap();
        assert_eq!(sweep(401, 100).await, 7);
        assert_eq!(recorded(sql).await, ["recent"]);
    })
    .await;
}

#[tokio::test]
async fn an_initial_access_token_goes_when_it_has_expired_or_is_used_up() {
    each(async |backend| {
        let sql = &backend.sql;
        let kinds = [
            ("expired", None, Some(START)),
            ("last use", Some(1), None),
            ("two uses", Some(2), Some(START + DAY)),
            ("unlimited", None, None),
        ];
        for (name, uses_left, expires_at) in kinds {
            let token =
                RegistrationToken { id: id(), name: name.to_owned(), hash: TokenHash::of(name), uses_left, created_at: START, expires_at };
            assert_eq!(sql.create_registration_token(&token, &event("registration_token.created")).await.unwrap(), Created::Done);
        }
        for (client_id, token) in [("shop", "last use"), ("news", "two uses"), ("mail", "unlimited")] {
            let dynamic = DynamicClient {
                client_id: client_id.to_owned(),
                token_hash: None,
                approved_at: Some(START),
                last_used_at: START,
                expires_at: START + DAY,
            };
            let admission = Admission::Token(TokenHash::of(token));
            let registered = sql.register_client(&client(client_id, client_id), &dynamic, &admission, None).await.unwrap();
            assert_eq!(registered, Registered::Done, "{token}");
        }
        let names = async || sql.list_registration_tokens().await.unwrap().into_iter().map(|token| token.name).collect::<Vec<_>>();
        assert_eq!(sql.sweep(START, START - DAY, 1).await.unwrap(), 1);
        assert_eq!(sql.sweep(START, START - DAY, 100).await.unwrap(), 1);
        assert_eq!(names().await, ["two uses", "unlimited"]);
        assert!(sql.client_by_id("shop").await.unwrap().is_some(), "what it registered stays");
    })
    .await;
}

/// On Postgres others write meanwhile; a file has one writer.
#[tokio::test]
async fn a_client_that_is_approved_while_it_is_swept_away_stays() {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: Backend| {
        let sql = &backend.sql;
        for client_id in ["gone", "kept"] {
            let dynamic = DynamicClient {
                client_id: client_id.to_owned(),
                token_hash: None,
                approved_at: None,
                last_used_at: START,
                expires_at: START + DAY,
            };
            let admission = Admission::Open { quarantine: 9 };
            let registered = sql.register_client(&client(client_id, client_id), &dynamic, &admission, None).await.unwrap();
            assert_eq!(registered, Registered::Done);
        }
        let (other, connection) = tokio_postgres::connect(&backend.options.url, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        let approve = "begin; update dynamic_clients set approved_at = last_used_at, expires_at = expires_at + interval '9 days' \
            where client_id = 'kept'";
        other.batch_execute(approve).await.unwrap();
        let commit = async {
            let waiting = "select count(*) from pg_locks where not granted and transactionid = pg_current_xact_id()::xid";
            for _ in 0..300 {
                let sweepers: i64 = other.query_one(waiting, &[]).await.unwrap().get(0);
                if sweepers > 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            other.batch_execute("commit").await.unwrap();
        };
        let (swept, ()) = tokio::join!(sql.sweep(START + DAY, START, 100), commit);
        assert_eq!(swept.unwrap(), 1);
        assert_eq!(sql.client_by_id("gone").await.unwrap(), None);
        assert!(sql.client_by_id("kept").await.unwrap().is_some());
        assert!(sql.dynamic_client("kept").await.unwrap().unwrap().approved_at.is_some());
        drop(other);
        driver.await.unwrap().unwrap();
    })
    .await;
}
