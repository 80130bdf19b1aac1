//! Sessions, and the grants that end with them.

use authy::clock::Timestamp;
use authy::model::session::Session;
use authy::secret::{Secret, TokenHash};
use authy::store::Sql;
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
        begin(sql, &second).await;
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
            begin(sql, &session).await;
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
        let new = Session { created_at: later(5), ..session("sub-of-ada") };
        replace(sql, &old, &new).await;
        assert_eq!(sql.session_by_id(old.id).await.unwrap().unwrap().ended_at, Some(later(5)));
        let moved = sql.grant_by_id(moved.id).await.unwrap().unwrap();
        assert_eq!((moved.session_id, moved.revoked_at), (new.id, None));

        let _ = sql.create_user(&user("bob"), Some(&password("$2b$hash")), &event("user.created")).await.unwrap();
        let of_bob = Session { created_at: later(6), ..session("sub-of-bob") };
        replace(sql, &new, &of_bob).await;
        assert_eq!(sql.grant_by_id(moved.id).await.unwrap().unwrap().revoked_at, Some(later(6)));
        assert_eq!(sql.sessions_of("sub-of-bob", START).await.unwrap(), [of_bob]);
    })
    .await;
}

/// Whether a session starts, a new one or one in the place of another, for whoever verified this.
async fn starts(sql: &Sql, verified: &str, old: Option<&Session>) -> bool {
    let (new, verified) = (session("sub-of-ada"), Secret::from(verified));
    match old {
        None => sql.create_session(&new, &verified, &event("session.started")).await.unwrap(),
        Some(old) => sql.replace_session(old.id, &new, &verified, (&event("session.ended"), &event("session.started"))).await.unwrap(),
    }
}

#[tokio::test]
async fn a_password_that_was_replaced_while_it_waited_to_be_verified_starts_no_session() {
    each(async |backend| {
        let sql = &backend.sql;
        let own = ada_with_app(sql).await;
        let change = async |old: &str, new: &str| {
            let events = (&event("password.changed"), &event("session.ended"));
            sql.change_password("sub-of-ada", (&Secret::from(old), &password(new)), own.id, events).await.unwrap()
        };
        assert!(change("$2b$hash", "$2b$new").await);
        assert!(!change("$2b$hash", "$2b$late").await, "of two who verified the same password one changes it");
        assert_eq!(sql.password_of("sub-of-ada").await.unwrap().unwrap().hash, password("$2b$new").hash);
        assert!(!starts(sql, "$2b$hash", None).await && !starts(sql, "$2b$hash", Some(&own)).await);
        assert_eq!(sql.sessions_of("sub-of-ada", START).await.unwrap(), std::slice::from_ref(&own), "nothing was started or ended");
        assert!(starts(sql, "$2b$new", None).await && starts(sql, "$2b$new", Some(&own)).await);

        assert!(sql.lock_user("sub-of-ada", Some(START), &event("user.locked")).await.unwrap());
        let last = sql.sessions_of("sub-of-ada", START).await.unwrap().remove(0);
        assert!(!starts(sql, "$2b$new", None).await && !starts(sql, "$2b$new", Some(&last)).await, "nor one who was locked");
    })
    .await;
}

#[tokio::test]
async fn a_session_in_the_place_of_another_is_recorded_as_an_end_and_a_start() {
    each(async |backend| {
        let sql = &backend.sql;
        let old = ada_with_app(sql).await;
        let before = recorded(sql).await.len();
        replace(sql, &old, &session("sub-of-ada")).await;
        assert_eq!(recorded(sql).await.len(), before + 2);
        assert!(recorded(sql).await.contains(&"session.ended".to_owned()));
        replace(sql, &old, &session("sub-of-ada")).await;
        assert_eq!(recorded(sql).await.len(), before + 3, "what has ended does not end again");
    })
    .await;
}

/// Sign-ins and a change of the password at once: whatever the order, no session of the old password is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_sign_in_with_the_old_password_outlives_its_change() {
    each(async |backend| {
        let sql = &backend.sql;
        let own = ada_with_app(sql).await;
        for round in 0..10 {
            let (old, new) = (Secret::from(format!("hash {round}").as_str()), password(&format!("hash {}", round + 1)));
            let set = (&event("password.set"), &event("session.ended"));
            assert!(sql.set_password("sub-of-ada", &password(old.expose()), Some(own.id), set).await.unwrap());
            let events = (&event("password.changed"), &event("session.ended"));
            let sign_ins = (0..8).map(|_| async {
                let session = session("sub-of-ada");
                sql.create_session(&session, &old, &event("session.started")).await.unwrap()
            });
            let change = sql.change_password("sub-of-ada", (&old, &new), own.id, events);
            let (_, changed) = tokio::join!(futures_util::future::join_all(sign_ins), change);
            assert!(changed.unwrap());
            let live = sql.sessions_of("sub-of-ada", Timestamp::default()).await.unwrap();
            assert_eq!(live.iter().map(|session| session.id).collect::<Vec<_>>(), [own.id], "round {round}");
        }
    })
    .await;
}
