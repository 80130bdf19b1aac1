//! Who knows a session, and the queue of those who have to be told of its end.

use authy::model::client::Client;
use authy::model::logout_delivery::LogoutDelivery;
use authy::store::Sql;
use authy::store::sql::{Created, Redemption};

use super::samples::*;
use crate::support::backends::{START, each};

/// A client that wants to be told.
async fn telling(sql: &Sql, client_id: &str) -> Client {
    let mut client = client(client_id, client_id);
    client.metadata.protocol.backchannel_logout_uri = Some(format!("https://{client_id}.example/logout"));
    assert_eq!(sql.create_client(&client, &event("client.created")).await.unwrap(), Created::Done);
    client
}

fn ids(claimed: &[LogoutDelivery]) -> Vec<&str> {
    claimed.iter().map(|delivery| delivery.client_id.as_str()).collect()
}

#[tokio::test]
async fn the_end_of_a_session_is_queued_for_whoever_knows_it_and_wants_to_be_told() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        telling(sql, "told").await;
        telling(sql, "stranger").await;
        for client_id in ["app", "told"] {
            assert_eq!(sql.redeem_grant(&grant(&session, client_id), None, START).await.unwrap(), Redemption::Saved);
        }
        assert_eq!(sql.clients_of_session(&session.sid).await.unwrap(), ["app", "told"]);
        assert!(!sql.logouts_are_due(later(1)).await.unwrap(), "the session lives");
        assert!(sql.end_session(session.id, later(1), &event("session.ended")).await.unwrap());
        assert!(!sql.end_session(session.id, later(2), &event("no")).await.unwrap());
        assert!(sql.logouts_are_due(later(1)).await.unwrap());
        let claimed = sql.claim_logouts((later(1), later(61)), 10, &[]).await.unwrap();
        let expected = LogoutDelivery {
            sid: session.sid.clone(),
            client_id: "told".to_owned(),
            subject: session.subject.clone(),
            attempts: 1,
            created_at: later(1),
        };
        assert_eq!(claimed, [expected]);
        sql.finish_logout(&session.sid, "told", None).await.unwrap();
        assert!(!sql.logouts_are_due(later(9999)).await.unwrap());
        assert_eq!(sql.clients_of_session(&session.sid).await.unwrap(), ["app", "told"], "the browser may still ask");
    })
    .await;
}

#[tokio::test]
async fn a_message_is_one_nodes_alone_until_its_lease_is_over() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        for number in 0..20 {
            let client = telling(sql, &format!("c{number}")).await;
            sql.note_session_client(&session.sid, &client.client_id, &session.subject, START).await.unwrap();
        }
        sql.end_session(session.id, START, &event("session.ended")).await.unwrap();
        let other = Sql::open(&backend.options).await.unwrap();
        let (one, two) = tokio::join!(sql.claim_logouts((START, later(60)), 20, &[]), other.claim_logouts((START, later(60)), 20, &[]));
        let (one, two) = (one.unwrap(), two.unwrap());
        let mut all = [ids(&one), ids(&two)].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!((all.len(), one.len() + two.len()), (20, 20), "each message once");
        assert!(sql.claim_logouts((later(59), later(120)), 20, &[]).await.unwrap().is_empty());
        let again = sql.claim_logouts((later(60), later(120)), 20, &[]).await.unwrap();
        assert_eq!(again.len(), 20, "a node that died loses nothing");
        assert!(again.iter().all(|delivery| delivery.attempts == 2));
        sql.postpone_logout(&session.sid, "c7", later(5000)).await.unwrap();
        assert_eq!(sql.claim_logouts((later(4999), later(9000)), 20, &[]).await.unwrap().len(), 19);
        assert_eq!(ids(&sql.claim_logouts((later(5000), later(9000)), 20, &[]).await.unwrap()), ["c7"]);
    })
    .await;
}

#[tokio::test]
async fn every_way_a_session_ends_is_told_and_a_renewal_is_none() {
    each(async |backend| {
        let sql = &backend.sql;
        let first = ada_with_app(sql).await;
        let client = telling(sql, "told").await;
        sql.note_session_client(&first.sid, &client.client_id, &first.subject, START).await.unwrap();

        let mut renewed = session(&first.subject);
        renewed.sid.clone_from(&first.sid);
        replace(sql, &first, &renewed).await;
        assert!(!sql.logouts_are_due(later(1)).await.unwrap(), "the person signed in again and is not out");

        let second = session(&first.subject);
        begin(sql, &second).await;
        sql.note_session_client(&second.sid, &client.client_id, &first.subject, START).await.unwrap();
        assert_eq!(sql.end_sessions_of(&first.subject, Some(second.id), later(2), &event("session.ended")).await.unwrap(), 1);
        let told = sql.claim_logouts((later(2), later(9999)), 10, &[]).await.unwrap();
        assert_eq!(told.iter().map(|delivery| &delivery.sid).collect::<Vec<_>>(), [&first.sid]);

        assert!(sql.delete_user(&first.subject, &authy::model::audit::AuditEvent { at: later(3), ..event("user.deleted") }).await.unwrap());
        let told = sql.claim_logouts((later(3), later(9999)), 10, &[]).await.unwrap();
        assert_eq!(told.iter().map(|delivery| &delivery.sid).collect::<Vec<_>>(), [&second.sid], "also when the person is gone");
        assert!(sql.clients_of_session(&second.sid).await.unwrap().is_empty());
        sql.finish_logout(&second.sid, "told", Some(&event("logout.undelivered"))).await.unwrap();
        assert!(recorded(sql).await.contains(&"logout.undelivered".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_late_redemption_notes_no_session_that_has_ended() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let mut offline = grant(&session, "app");
        offline.offline = true;
        sql.end_session(session.id, later(1), &event("session.ended")).await.unwrap();
        assert_eq!(sql.redeem_grant(&offline, Some(&token(&offline, 0)), later(2)).await.unwrap(), Redemption::Saved);
        assert!(sql.clients_of_session(&session.sid).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_took_part_is_forgotten_with_the_session() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        sql.note_session_client(&session.sid, "app", &session.subject, START).await.unwrap();
        sql.sweep(START + DAY * 30, START + DAY * 29, 10).await.unwrap();
        assert_eq!(sql.clients_of_session(&session.sid).await.unwrap(), ["app"]);
        sql.sweep(START + DAY * 61, START + DAY * 60, 10).await.unwrap();
        assert!(sql.clients_of_session(&session.sid).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn one_client_with_many_sessions_leaves_places_for_the_others() {
    each(async |backend| {
        let sql = &backend.sql;
        for client_id in ["many", "one"] {
            telling(sql, client_id).await;
        }
        let session = ada_with_app(sql).await;
        let queue = async |sid: &str, client_id: &str| {
            sql.note_session_client(sid, client_id, &session.subject, START).await.unwrap();
        };
        for number in 0..10 {
            let mut more = session.clone();
            (more.id, more.sid) = (uuid::Uuid::from_u128(number + 100), format!("sid-{number}"));
            more.token_hash = authy::secret::TokenHash::of(&more.sid);
            begin(sql, &more).await;
            queue(&more.sid, "many").await;
        }
        queue(&session.sid, "one").await;
        assert_eq!(sql.end_sessions_of(&session.subject, None, START, &event("session.ended")).await.unwrap(), 11);
        let first = sql.claim_logouts((START, later(60)), 32, &[]).await.unwrap();
        let mut told = ids(&first);
        told.sort_unstable();
        assert_eq!(told, ["many", "many", "many", "many", "one"]);
        assert!(sql.claim_logouts((START, later(60)), 32, &["many".to_owned()]).await.unwrap().is_empty(), "who has not answered yet");
        let next = sql.claim_logouts((START, later(60)), 2, &[]).await.unwrap();
        assert_eq!(ids(&next), ["many", "many"]);
    })
    .await;
}
