//! Sessions, and the grants that end with them.

use authy::secret::TokenHash;
use authy::store::sql::Redemption;

use super::samples::*;
use crate::support::backends::{START, each};

#[tokio::test]
async fn a_session_is_found_by_its_three_names() {
    each(async |backend| {
        let sql = &backend.sql;
        let first = ada_with_app(sql).await;
        let mut second = session("sub-of-ada");
        second.admin_token_hash = Some(TokenHash::of("strict"));
        second.created_at = later(1);
        sql.create_session(&second, &event("session.started")).await.unwrap();
        assert_eq!(sql.session_by_token(&first.token_hash).await.unwrap().as_ref(), Some(&first));
        assert_eq!(sql.session_by_id(second.id).await.unwrap().as_ref(), Some(&second));
        assert_eq!(sql.session_by_sid(&second.sid).await.unwrap().as_ref(), Some(&second));
        assert_eq!(sql.session_by_token(&TokenHash::of("none")).await.unwrap(), None);
        sql.touch_session(first.id, later(300)).await.unwrap();
        assert_eq!(sql.session_by_id(first.id).await.unwrap().unwrap().last_seen_at, later(300));
        let live = sql.sessions_of("sub-of-ada", START).await.unwrap();
        assert_eq!(live.iter().map(|session| session.id).collect::<Vec<_>>(), [second.id, first.id]);
        assert_eq!(sql.sessions_of("sub-of-ada", START + DAY * 8).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn ending_a_session_ends_the_grants_that_do_not_outlive_it() {
    each(async |backend| {
        let sql = &backend.sql;
        let session = ada_with_app(sql).await;
        let bound = grant(&session, "app");
        let mut offline = grant(&session, "app");
        offline.offline = true;
        for grant in [&bound, &offline] {
            assert_eq!(sql.redeem_grant(grant, None, START).await.unwrap(), Redemption::Saved);
        }
        assert!(sql.end_session(session.id, later(9), &event("session.ended")).await.unwrap());
        assert!(!sql.end_session(session.id, later(10), &event("no")).await.unwrap());
        assert_eq!(sql.session_by_id(session.id).await.unwrap().unwrap().ended_at, Some(later(9)));
        assert_eq!(sql.grant_by_id(bound.id).await.unwrap().unwrap().revoked_at, Some(later(9)));
        assert_eq!(sql.grants_of("sub-of-ada").await.unwrap(), [offline]);
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn all_sessions_but_one_end() {
    each(async |backend| {
        let sql = &backend.sql;
        let keep = ada_with_app(sql).await;
        let kept = grant(&keep, "app");
        let _ = sql.redeem_grant(&kept, None, START).await.unwrap();
        for _ in 0..3 {
            let session = session("sub-of-ada");
            sql.create_session(&session, &event("session.started")).await.unwrap();
            let _ = sql.redeem_grant(&grant(&session, "app"), None, START).await.unwrap();
        }
        assert_eq!(sql.end_sessions_of("sub-of-ada", Some(keep.id), START, &event("sessions.ended")).await.unwrap(), 3);
        assert_eq!(sql.sessions_of("sub-of-ada", START).await.unwrap(), [keep]);
        assert_eq!(sql.grants_of("sub-of-ada").await.unwrap(), [kept]);
        assert_eq!(sql.end_sessions_of("sub-of-ada", None, START, &event("sessions.ended")).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_new_session_takes_the_place_of_the_old_with_its_grants_but_not_those_of_somebody_else() {
    each(async |backend| {
        let sql = &backend.sql;
        let old = ada_with_app(sql).await;
        let moved = grant(&old, "app");
        let _ = sql.redeem_grant(&moved, None, START).await.unwrap();
        let new = session("sub-of-ada");
        sql.replace_session(old.id, &new, later(5)).await.unwrap();
        assert_eq!(sql.session_by_id(old.id).await.unwrap().unwrap().ended_at, Some(later(5)));
        let moved = sql.grant_by_id(moved.id).await.unwrap().unwrap();
        assert_eq!((moved.session_id, moved.revoked_at), (new.id, None));

        let _ = sql.create_user(&user("bob"), None, &event("user.created")).await.unwrap();
        let of_bob = session("sub-of-bob");
        sql.replace_session(new.id, &of_bob, later(6)).await.unwrap();
        assert_eq!(sql.grant_by_id(moved.id).await.unwrap().unwrap().revoked_at, Some(later(6)));
        assert_eq!(sql.sessions_of("sub-of-bob", START).await.unwrap(), [of_bob]);
    })
    .await;
}
