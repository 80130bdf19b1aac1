//! Rotation: once.

use authy::model::refresh_token::RefreshToken;
use authy::secret::TokenHash;
use authy::store::sql::{Redemption, Rotation};

use super::samples::*;
use crate::support::backends::{START, each};

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
