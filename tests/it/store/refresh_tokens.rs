//! Rotation: once, and the ordinary refresh in one step.

use authy::model::grant::Grant;
use authy::model::refresh_token::RefreshToken;
use authy::model::session::Session;
use authy::secret::TokenHash;
use authy::store::Sql;
use authy::store::sql::{Redemption, Renewal, Rotation};

use super::samples::*;
use crate::support::backends::{START, each, execute};

/// What makes a token and its grant another case.
type Change = fn(&mut Grant, &mut RefreshToken);

#[tokio::test]
async fn a_token_rotates_once_and_not_at_all_when_its_grant_is_revoked() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let grant = grant(&session, "app");
        let (first, second, third) = (token(&grant, 0), token(&grant, 1), token(&grant, 2));
        assert_eq!(sql.redeem_grant(&grant, Some(&first), START).await.unwrap(), Redemption::Saved);
        assert_eq!(sql.rotate_refresh_token(&first.hash, &second, later(1)).await.unwrap(), Rotation::Rotated);
        assert_eq!(sql.rotate_refresh_token(&first.hash, &third, later(2)).await.unwrap(), Rotation::AlreadyRotated);
        assert_eq!(sql.refresh_token(&first.hash).await.unwrap().unwrap().0.rotated_at, Some(later(1)));
        assert_eq!(sql.refresh_token(&second.hash).await.unwrap().unwrap().0, second);
        assert_eq!(sql.refresh_token(&third.hash).await.unwrap(), None, "the loser's successor was not saved");
        sql.revoke_family(grant.id, later(3), &event("refresh_reuse")).await.unwrap();
        assert_eq!(sql.rotate_refresh_token(&second.hash, &third, later(4)).await.unwrap(), Rotation::GrantRevoked);
        assert_eq!(sql.rotate_refresh_token(&TokenHash::of("none"), &third, later(4)).await.unwrap(), Rotation::GrantRevoked);
        assert_eq!(recorded(sql).await.iter().filter(|kind| *kind == "refresh_reuse").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_does_not_rotate_slides() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let grant = grant(&session, "app");
        let token = token(&grant, 0);
        let _ = sql.redeem_grant(&grant, Some(&token), START).await.unwrap();
        sql.slide_refresh_token(&token.hash, START + DAY * 31).await.unwrap();
        assert_eq!(sql.refresh_token(&token.hash).await.unwrap().unwrap().0, RefreshToken { expires_at: START + DAY * 31, ..token });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_rotations_at_once_one_wins() {
    each(async |backend| {
        let session = ada_with_app(&backend.sql).await;
        let grant = grant(&session, "app");
        let first = token(&grant, 0);
        let _ = backend.sql.redeem_grant(&grant, Some(&first), START).await.unwrap();
        let attempts: Vec<_> = (0..50)
            .map(|number| {
                // Two nodes with the same key would derive the same successor; different ones show that only one is saved.
                let (sql, successor) = (backend.sql.clone(), token(&grant, 1 + number));
                tokio::spawn(async move { (sql.rotate_refresh_token(&first.hash, &successor, later(1)).await.unwrap(), successor.hash) })
            })
            .collect();
        let mut rotated = 0;
        for attempt in attempts {
            let (rotation, hash) = attempt.await.unwrap();
            let saved = backend.sql.refresh_token(&hash).await.unwrap().is_some();
            assert_eq!(saved, rotation == Rotation::Rotated);
            assert_ne!(rotation, Rotation::GrantRevoked);
            rotated += u32::from(saved);
        }
        assert_eq!(rotated, 1, "{}", backend.name);
    })
    .await;
}

/// An approval and its first token as the ordinary refresh wants them: for no resource, and bound to no key.
fn family(session: &Session, offline: bool) -> (Grant, RefreshToken) {
    let grant = Grant { offline, resources: Vec::new(), ..grant(session, "app") };
    let first = token(&grant, 0);
    (grant, first)
}

async fn save(sql: &Sql, grant: &Grant, token: &RefreshToken) {
    assert_eq!(sql.redeem_grant(grant, Some(token), START).await.unwrap(), Redemption::Saved);
}

/// The ordinary refresh, a minute after everything began.
fn ordinary(token: &RefreshToken) -> Renewal {
    Renewal {
        hash: token.hash,
        successor: TokenHash::of(&token.hash.hex()),
        client_id: "app".to_owned(),
        expires_at: later(60) + DAY * 30,
        seen_since: later(60) - DAY,
        now: later(60),
    }
}

async fn is_declined(sql: &Sql, renewal: &Renewal, why: &str) {
    let before = sql.refresh_token(&renewal.hash).await.unwrap();
    assert_eq!(sql.renew_refresh_token(renewal).await.unwrap(), None, "{why}");
    assert_eq!(sql.refresh_token(&renewal.hash).await.unwrap(), before, "{why}: the token is as it was");
    assert_eq!(sql.refresh_token(&renewal.successor).await.unwrap(), None, "{why}: it has no successor");
}

#[tokio::test]
async fn the_ordinary_refresh_gives_the_newest_token_of_a_live_family_its_successor() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        for offline in [false, true] {
            let (grant, first) = family(&session, offline);
            save(sql, &grant, &first).await;
            let renewal = ordinary(&first);
            assert_eq!(sql.renew_refresh_token(&renewal).await.unwrap().as_ref(), Some(&grant));
            assert_eq!(sql.refresh_token(&first.hash).await.unwrap().unwrap().0.rotated_at, Some(renewal.now));
            let (hash, issued_at, expires_at) = (renewal.successor, renewal.now, renewal.expires_at);
            let second = RefreshToken { hash, generation: 1, issued_at, expires_at, ..first.clone() };
            assert_eq!(sql.refresh_token(&hash).await.unwrap(), Some((second.clone(), grant)));

            let last = Renewal { expires_at: first.absolute_expires_at + DAY, ..ordinary(&second) };
            assert!(sql.renew_refresh_token(&last).await.unwrap().is_some());
            let third = sql.refresh_token(&last.successor).await.unwrap().unwrap().0;
            assert_eq!((third.generation, third.expires_at), (2, first.absolute_expires_at), "no token outlives its family");
        }
    })
    .await;
}

#[tokio::test]
async fn the_ordinary_refresh_leaves_alone_what_somebody_else_or_nobody_may_use_so() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let (grant, first) = family(&session, false);
        save(sql, &grant, &first).await;
        let others = [
            ("an unknown token", Renewal { hash: TokenHash::of("none"), ..ordinary(&first) }),
            ("another client", Renewal { client_id: "other".to_owned(), ..ordinary(&first) }),
            ("a session that is over", Renewal { now: session.expires_at, ..ordinary(&first) }),
            ("a session that was idle for too long", Renewal { seen_since: session.last_seen_at, ..ordinary(&first) }),
        ];
        for (why, renewal) in &others {
            is_declined(sql, renewal, why).await;
        }
        assert_eq!(sql.renew_refresh_token(&ordinary(&first)).await.unwrap(), Some(grant), "nothing else is wrong with it");

        let different: [(&str, Change); 5] = [
            ("idle for too long", |_, token| token.expires_at = later(60)),
            ("a family at its end", |_, token| token.absolute_expires_at = later(60)),
            ("rotated before", |_, token| token.rotated_at = Some(later(59))),
            ("bound to a key", |_, token| token.confirmation.jkt = Some("thumbprint".to_owned())),
            ("for a resource", |grant, _| grant.resources = vec!["https://api.example".to_owned()]),
        ];
        for (why, change) in different {
            let (mut grant, mut token) = family(&session, false);
            change(&mut grant, &mut token);
            save(sql, &grant, &token).await;
            is_declined(sql, &ordinary(&token), why).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_ordinary_refresh_ends_with_the_grant_the_person_or_the_session() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let (revoked, of_revoked) = family(&session, true);
        let (bound, short) = family(&session, false);
        let (offline, long) = family(&session, true);
        for (grant, token) in [(&revoked, &of_revoked), (&bound, &short), (&offline, &long)] {
            save(sql, grant, token).await;
        }
        assert!(sql.revoke_grant(revoked.id, later(1), &event("grant.revoked")).await.unwrap());
        is_declined(sql, &ordinary(&of_revoked), "a revoked grant").await;

        assert!(sql.lock_user("sub-of-ada", Some(later(1)), &event("user.locked")).await.unwrap());
        for token in [&short, &long] {
            is_declined(sql, &ordinary(token), "a locked person").await;
        }
        assert!(sql.lock_user("sub-of-ada", None, &event("user.unlocked")).await.unwrap());

        // Past authy, which would revoke the grant with its session.
        execute(&backend.options, "update sessions set ended_at = created_at").await;
        is_declined(sql, &ordinary(&short), "an ended session").await;
        let after_it = Renewal { now: session.expires_at, seen_since: session.expires_at, ..ordinary(&long) };
        assert_eq!(sql.renew_refresh_token(&after_it).await.unwrap(), Some(offline), "it outlives its session");
        execute(&backend.options, "update sessions set ended_at = null").await;
        assert_eq!(sql.renew_refresh_token(&ordinary(&short)).await.unwrap(), Some(bound), "nothing else is wrong with it");
    })
    .await;
}
