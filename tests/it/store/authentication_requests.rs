//! What clients ask of people who are elsewhere (OpenID CIBA).

use authy::model::approval::{Approval, Outcome};
use authy::model::authentication_request::{AuthenticationRequest, State};
use authy::model::grant::Grant;
use authy::model::session::Session;
use authy::store::sql::{Created, Queued, Redemption, Room};
use authy::store::{Sql, StoreError};
use uuid::Uuid;

use super::samples::*;
use crate::support::backends::{START, each};

/// A request with the yes of `ada`, and the grant that it holds.
async fn approved(sql: &Sql, session: &Session) -> (Uuid, Grant) {
    let (request, grant) = (authentication_request("app", "sub-of-ada"), grant(session, "app"));
    assert_eq!(sql.create_authentication_request(&request, ROOM).await.unwrap(), Queued::Done);
    let yes = Outcome::Approved(Box::new(Approval { grant: grant.clone(), refreshable: true }));
    assert!(sql.answer_authentication_request(request.id, &yes, START, &event("authentication_request.approved")).await.unwrap());
    (request.id, grant)
}

#[tokio::test]
async fn a_yes_is_taken_with_its_grant_or_not_at_all() {
    each(async |backend| {
        let sql = &backend.sql;
        let (id, grant) = approved(sql, &ada_with_app(sql).await).await;
        let (broken, token) = (Grant { client_id: "gone".to_owned(), ..grant.clone() }, token(&grant, 0));
        let outcome = sql.redeem_authentication_request(id, &broken, Some(&token), START, Some(b"tokens")).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
        let kept = sql.authentication_request_by_id(id).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.approval.map(|approval| approval.grant)), (State::Approved, Some(grant.clone())));
        assert_eq!(kept.sealed, b"", "nor is the notice another one");

        let outcome = sql.redeem_authentication_request(id, &grant, Some(&token), START, Some(b"tokens")).await.unwrap();
        assert_eq!(outcome, Some(Redemption::Saved));
        assert_eq!(sql.refresh_token(&token.hash).await.unwrap(), Some((token.clone(), grant.clone())));
        let taken = sql.authentication_request_by_id(id).await.unwrap().unwrap();
        assert_eq!((taken.state, taken.approval, taken.sealed.as_slice()), (State::Redeemed, None, b"tokens".as_slice()));
        assert_eq!(sql.redeem_authentication_request(id, &grant, Some(&token), START, None).await.unwrap(), None, "once");
    })
    .await;
}

#[tokio::test]
async fn a_yes_that_cannot_be_redeemed_any_more_is_taken_all_the_same() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let ((replayed, first), (ended, second)) = (approved(sql, &session).await, approved(sql, &session).await);
        sql.revoke_replayed_grant(first.id, "app", START, &event("code_replay")).await.unwrap();
        sql.end_session(session.id, START, &event("session.ended")).await.unwrap();
        for (id, grant, why) in [(replayed, first, Redemption::Revoked), (ended, second, Redemption::SessionEnded)] {
            assert_eq!(sql.redeem_authentication_request(id, &grant, None, START, Some(b"tokens")).await.unwrap(), Some(why));
            let taken = sql.authentication_request_by_id(id).await.unwrap().unwrap();
            assert_eq!((taken.state, taken.sealed), (State::Redeemed, Vec::new()), "and no tokens are told");
            assert_eq!(sql.redeem_authentication_request(id, &grant, None, START, None).await.unwrap(), None);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_a_yes_at_once_one_gets_it() {
    each(async |backend| {
        let sql = &backend.sql;
        let (id, grant) = approved(sql, &ada_with_app(sql).await).await;
        let taking = (0..10).map(|_| async { sql.redeem_authentication_request(id, &grant, None, START, None).await.unwrap() });
        let outcomes = futures_util::future::join_all(taking).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Some(Redemption::Saved)).count(), 1);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_none()).count(), 9);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_asks_at_once_has_no_more_requests_waiting_than_it_may() {
    each(async |backend| {
        let sql = &backend.sql;
        ada_with_app(sql).await;
        assert_eq!(sql.create_user(&user("bob"), None, &event("user.created")).await.unwrap(), Created::Done);
        let room = Room { of_client: 5, for_person: 3 };
        for (subject, kept, full) in [("sub-of-ada", 3, Queued::PersonFull), ("sub-of-bob", 2, Queued::ClientFull)] {
            let asking = (0..12).map(|_| async {
                let request = authentication_request("app", subject);
                sql.create_authentication_request(&request, room).await.unwrap()
            });
            let outcomes = futures_util::future::join_all(asking).await;
            let count = |wanted: Queued| outcomes.iter().filter(|outcome| **outcome == wanted).count();
            assert_eq!((count(Queued::Done), count(full)), (kept, 12 - kept), "{subject}");
            assert_eq!(sql.pending_authentication_requests(Some(subject), START).await.unwrap().len(), kept, "{subject}");
        }
        // What has expired does not wait any more.
        let late = AuthenticationRequest { created_at: later(300), expires_at: later(600), ..authentication_request("app", "sub-of-ada") };
        assert_eq!(sql.create_authentication_request(&late, room).await.unwrap(), Queued::Done);
    })
    .await;
}

#[tokio::test]
async fn neither_old_requests_nor_those_of_disabled_clients_hide_a_new_one() {
    each(async |backend| {
        let sql = &backend.sql;
        ada_with_app(sql).await;
        assert_eq!(sql.create_client(&client("off", "Off"), &event("client.created")).await.unwrap(), Created::Done);
        assert!(sql.enable_client("off", false, &event("client.updated")).await.unwrap());
        for second in 0..101 {
            for (client_id, created_at) in [("app", later(second)), ("off", later(101 + second))] {
                let request = AuthenticationRequest { created_at, ..authentication_request(client_id, "sub-of-ada") };
                assert_eq!(sql.create_authentication_request(&request, ROOM).await.unwrap(), Queued::Done);
            }
        }
        for subject in [Some("sub-of-ada"), None] {
            let listed = sql.pending_authentication_requests(subject, later(202)).await.unwrap();
            let moments: Vec<_> = listed.iter().map(|request| request.created_at).collect();
            assert!(listed.iter().all(|request| request.client_id == "app"));
            assert_eq!((moments.len(), moments[0], moments[99]), (100, later(100), later(1)));
            assert!(moments.is_sorted_by(|left, right| left >= right));
        }
    })
    .await;
}
