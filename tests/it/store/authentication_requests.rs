//! What clients ask of people who are elsewhere (OpenID CIBA).

use authy::model::approval::{Approval, Outcome};
use authy::model::authentication_request::State;
use authy::model::grant::Grant;
use authy::model::session::Session;
use authy::store::sql::Redemption;
use authy::store::{Sql, StoreError};
use uuid::Uuid;

use super::samples::*;
use crate::support::backends::{START, each};

/// A request with the yes of `ada`, and the grant that it holds.
async fn approved(sql: &Sql, session: &Session) -> (Uuid, Grant) {
    let (request, grant) = (authentication_request("app", "sub-of-ada"), grant(session, "app"));
    assert!(sql.create_authentication_request(&request, 1_000).await.unwrap());
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
