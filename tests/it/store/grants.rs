//! Approvals: redeemed once, revoked before or after.

use authy::model::consent::Consent;
use authy::store::StoreError;
use authy::store::sql::{Occasion, Redemption};

use super::samples::*;
use crate::support::backends::{START, each};

#[tokio::test]
async fn a_grant_and_its_first_refresh_token_are_saved_together() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let grant = grant(&session, "app");
        let token = token(&grant, 0);
        assert_eq!(sql.redeem_grant(&grant, Some(&token), START).await.unwrap(), Redemption::Saved);
        assert_eq!(sql.grant_by_id(grant.id).await.unwrap().as_ref(), Some(&grant));
        assert_eq!(sql.refresh_token(&token.hash).await.unwrap(), Some((token, grant.clone())));
        assert!(sql.revoke_grant(grant.id, later(1), &event("grant.revoked")).await.unwrap());
        assert!(!sql.revoke_grant(grant.id, later(2), &event("no")).await.unwrap());
        assert_eq!(sql.grant_by_id(grant.id).await.unwrap().unwrap().revoked_at, Some(later(1)));
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}

/// RFC 6749 §4.1.2: the tokens of a code that is used twice are revoked, whichever of the two requests is saved first.
#[tokio::test]
async fn a_replay_revokes_the_grant_in_either_order() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let saved_first = grant(&session, "app");
        let token_of = token(&saved_first, 0);
        assert_eq!(sql.redeem_grant(&saved_first, Some(&token_of), START).await.unwrap(), Redemption::Saved);
        sql.revoke_replayed_grant(saved_first.id, "app", later(1), &event("code_replay")).await.unwrap();
        assert_eq!(sql.refresh_token(&token_of.hash).await.unwrap().unwrap().1.revoked_at, Some(later(1)));

        let replayed_first = grant(&session, "app");
        let token_of = token(&replayed_first, 0);
        sql.revoke_replayed_grant(replayed_first.id, "app", later(1), &event("code_replay")).await.unwrap();
        assert_eq!(sql.grant_by_id(replayed_first.id).await.unwrap(), None, "a tombstone is no grant");
        assert!(sql.grant_is_known(replayed_first.id).await.unwrap(), "but it is known");
        assert_eq!(sql.redeem_grant(&replayed_first, Some(&token_of), later(1)).await.unwrap(), Redemption::Revoked);
        assert_eq!(sql.refresh_token(&token_of.hash).await.unwrap(), None);
        assert_eq!(sql.grants_of("sub-of-ada").await.unwrap(), []);
        assert_eq!(recorded(sql).await.iter().filter(|kind| *kind == "code_replay").count(), 2);
    })
    .await;
}

/// RFC 6749 §4.1.2: whatever the short-lived store says, a grant is redeemed once.
#[tokio::test]
async fn a_grant_is_redeemed_once_and_one_of_the_front_channel_once_more() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        for offline in [false, true] {
            let plain = authy::model::grant::Grant { offline, ..grant(&session, "app") };
            assert_eq!(sql.redeem_grant(&plain, None, START).await.unwrap(), Redemption::Saved);
            for occasion in [Occasion::Redemption, Occasion::CodeBesideToken] {
                let token = token(&plain, 0);
                assert_eq!(sql.redeem_grant_on(occasion, &plain, Some(&token), later(1)).await.unwrap(), Redemption::Replayed);
                assert_eq!(sql.refresh_token(&token.hash).await.unwrap(), None);
            }
            for with_token in [false, true] {
                let left = authy::model::grant::Grant { offline, id: id(), ..plain.clone() };
                let token = token(&left, 0);
                let token = Some(&token).filter(|_| with_token);
                assert_eq!(sql.redeem_grant_on(Occasion::FrontChannel, &left, None, START).await.unwrap(), Redemption::Saved);
                let redeem = async || sql.redeem_grant_on(Occasion::CodeBesideToken, &left, token, later(1)).await.unwrap();
                assert_eq!(redeem().await, Redemption::Saved);
                assert_eq!(redeem().await, Redemption::Replayed);
                assert!(sql.grant_is_known(left.id).await.unwrap());
                assert!(sql.revoke_grant(left.id, later(2), &event("grant.revoked")).await.unwrap());
                assert_eq!(redeem().await, Redemption::Revoked);
            }
        }
        assert!(!sql.grant_is_known(id()).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn another_clients_replay_revokes_nothing() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let _ = sql.create_client(&client("thief", "Thief"), &event("client.created")).await.unwrap();
        let grant = grant(&session, "app");
        let _ = sql.redeem_grant(&grant, None, START).await.unwrap();
        sql.revoke_replayed_grant(grant.id, "thief", later(1), &event("code_replay")).await.unwrap();
        assert_eq!(sql.grant_by_id(grant.id).await.unwrap(), Some(grant));
        assert!(!recorded(sql).await.contains(&"code_replay".to_owned()), "nor does it write");
    })
    .await;
}

#[tokio::test]
async fn a_replay_that_ends_nothing_more_is_not_recorded_again() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let grant = grant(&session, "app");
        let _ = sql.redeem_grant(&grant, None, START).await.unwrap();
        for _ in 0..3 {
            sql.revoke_replayed_grant(grant.id, "app", later(1), &event("code_replay")).await.unwrap();
        }
        assert_eq!(recorded(sql).await.iter().filter(|kind| *kind == "code_replay").count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_redemption_and_a_replay_at_once_nothing_stays_alive() {
    each(async |backend| {
        let session = ada_with_app(&backend.sql).await;
        for _ in 0..20 {
            let (grant, sql, replaying) = (grant(&session, "app"), backend.sql.clone(), backend.sql.clone());
            let (id, token) = (grant.id, token(&grant, 0));
            let redeeming = tokio::spawn(async move { sql.redeem_grant(&grant, Some(&token), START).await.unwrap() });
            let replay =
                tokio::spawn(async move { replaying.revoke_replayed_grant(id, "app", later(1), &event("code_replay")).await.unwrap() });
            let (redemption, ()) = (redeeming.await.unwrap(), replay.await.unwrap());
            let stored = backend.sql.grant_by_id(id).await.unwrap();
            match redemption {
                Redemption::Saved => assert_eq!(stored.unwrap().revoked_at, Some(later(1))),
                Redemption::Revoked => assert_eq!(stored, None),
                Redemption::Replayed | Redemption::SessionEnded => panic!("the session lives, and nobody redeemed it before"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_person_took_back_before_anybody_came_for_it_is_not_given() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let approved = |offline: bool, created_at| authy::model::grant::Grant { id: id(), offline, created_at, ..grant(&session, "app") };
        for offline in [false, true] {
            sql.forget_consent("sub-of-ada", "other", later(2), &event("consent.withdrawn")).await.unwrap();
            assert_eq!(sql.redeem_grant(&approved(offline, later(1)), None, later(3)).await.unwrap(), Redemption::SessionEnded);
            assert_eq!(sql.redeem_grant(&approved(offline, later(2)), None, later(3)).await.unwrap(), Redemption::Saved);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_redemption_and_a_withdrawal_at_once_nothing_stays_alive() {
    each(async |backend| {
        let session = ada_with_app(&backend.sql).await;
        for round in 0..20 {
            let (approved, taken_back) = (later(2 * round), later(2 * round + 1));
            let grant = authy::model::grant::Grant { id: id(), offline: round % 2 == 0, created_at: approved, ..grant(&session, "app") };
            let (id, sql, taking) = (grant.id, backend.sql.clone(), backend.sql.clone());
            let redeeming = tokio::spawn(async move { sql.redeem_grant(&grant, None, approved).await.unwrap() });
            let withdrawal =
                tokio::spawn(
                    async move { taking.forget_consent("sub-of-ada", "app", taken_back, &event("consent.withdrawn")).await.unwrap() },
                );
            let (_, _) = (redeeming.await.unwrap(), withdrawal.await.unwrap());
            let stored = backend.sql.grant_by_id(id).await.unwrap();
            assert!(stored.is_none_or(|grant| grant.revoked_at == Some(taken_back)));
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_given_to_an_ended_session_or_a_locked_or_deleted_user() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let bound = grant(&session, "app");
        let mut offline = grant(&session, "app");
        offline.offline = true;
        assert_eq!(sql.redeem_grant(&bound, None, session.expires_at).await.unwrap(), Redemption::SessionEnded);
        sql.end_session(session.id, START, &event("session.ended")).await.unwrap();
        assert_eq!(sql.redeem_grant(&bound, None, START).await.unwrap(), Redemption::SessionEnded);
        assert_eq!(sql.redeem_grant(&offline, None, START).await.unwrap(), Redemption::Saved);
        let afterwards = authy::model::grant::Grant { id: id(), created_at: later(1), ..offline.clone() };
        assert_eq!(
            sql.redeem_grant(&afterwards, None, later(1)).await.unwrap(),
            Redemption::SessionEnded,
            "approved in a session that was over"
        );
        sql.lock_user("sub-of-ada", Some(START), &event("user.locked")).await.unwrap();
        let another = authy::model::grant::Grant { id: id(), ..offline.clone() };
        assert_eq!(sql.redeem_grant(&another, None, START).await.unwrap(), Redemption::SessionEnded);
        sql.delete_user("sub-of-ada", &event("user.deleted")).await.unwrap();
        assert_eq!(sql.redeem_grant(&another, None, START).await.unwrap(), Redemption::SessionEnded);
        assert_eq!(sql.grant_by_id(offline.id).await.unwrap(), None, "it went with its owner");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_gone_is_a_conflict() {
    each(async |backend| {
        let session = ada_with_app(&backend.sql).await;
        let outcome = backend.sql.redeem_grant(&grant(&session, "gone"), None, START).await;
        assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn consent_is_remembered_widened_and_forgotten_with_its_grants() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let mut consent = Consent {
            subject: "sub-of-ada".to_owned(),
            client_id: "app".to_owned(),
            scopes: vec!["openid".to_owned()],
            claims: Vec::new(),
            resources: Vec::new(),
            authorization_details: Vec::new(),
            destinations: vec!["rp.example".to_owned()],
            granted_at: START,
            expires_at: START + DAY * 365,
        };
        sql.save_consent(&consent, &event("consent.given")).await.unwrap();
        consent.scopes = vec!["email".to_owned(), "openid".to_owned()];
        consent.claims = vec!["phone_number".to_owned()];
        consent.granted_at = later(5);
        sql.save_consent(&consent, &event("consent.given")).await.unwrap();
        assert_eq!(sql.consent_of("sub-of-ada", "app").await.unwrap().as_ref(), Some(&consent));
        assert_eq!(sql.consents_of("sub-of-ada").await.unwrap(), [(consent, "App".to_owned())]);
        let _ = sql.redeem_grant(&grant(&session, "app"), None, START).await.unwrap();
        assert!(sql.forget_consent("sub-of-ada", "app", later(9), &event("consent.revoked")).await.unwrap());
        assert_eq!(sql.consent_of("sub-of-ada", "app").await.unwrap(), None);
        assert_eq!(sql.grants_of("sub-of-ada").await.unwrap(), []);
        assert!(!sql.forget_consent("sub-of-ada", "app", later(9), &event("no")).await.unwrap());
    })
    .await;
}
