//! Users, passwords and groups.

use std::time::Duration;

use authy::model::user::User;
use authy::store::sql::{Changed, Created, Page};

use super::samples::*;
use crate::support::backends::{START, each};

#[tokio::test]
async fn a_user_reads_back_as_it_was_saved_with_groups_that_were_made() {
    each(async |backend| {
        let sql = &backend.sql;
        let mut ada = user("ada");
        ada.groups = vec!["engineers".to_owned(), "staff".to_owned()];
        assert_eq!(sql.create_user(&ada, Some(&password("h1")), &event("user.created")).await.unwrap(), Created::Done);
        assert_eq!(sql.user_by_subject("sub-of-ada").await.unwrap().as_ref(), Some(&ada));
        for login in ["ada", "ada@example.com"] {
            assert_eq!(sql.user_by_login(login).await.unwrap(), Some((ada.clone(), Some(password("h1")))), "{login}");
        }
        assert_eq!(sql.list_groups().await.unwrap().iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["engineers", "staff"]);
        assert_eq!(recorded(sql).await, ["user.created"]);
        assert_eq!(sql.user_by_login("a\0da").await.unwrap(), None);
        assert_eq!(sql.user_by_subject("nobody").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_username_wins_over_an_address_that_reads_the_same() {
    each(async |backend| {
        let sql = &backend.sql;
        let mut first = user("first");
        first.email = Some("same@example.com".to_owned());
        let mut second = user("same@example.com");
        second.email = None;
        let _ = sql.create_user(&first, None, &event("user.created")).await.unwrap();
        let _ = sql.create_user(&second, None, &event("user.created")).await.unwrap();
        let (found, password) = sql.user_by_login("same@example.com").await.unwrap().unwrap();
        assert_eq!((found.subject, password), (second.subject, None));
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_is_named_and_nothing_is_saved() {
    each(async |backend| {
        let sql = &backend.sql;
        let _ = sql.create_user(&user("ada"), None, &event("user.created")).await.unwrap();
        let mut same_name = user("ada");
        same_name.subject = "other".to_owned();
        assert_eq!(sql.create_user(&same_name, None, &event("no")).await.unwrap(), Created::Exists("username"));
        let mut same_email = user("bob");
        same_email.email = Some("ada@example.com".to_owned());
        assert_eq!(sql.create_user(&same_email, None, &event("no")).await.unwrap(), Created::Exists("email"));
        let mut bob = user("bob");
        assert_eq!(sql.create_user(&bob, None, &event("user.created")).await.unwrap(), Created::Done);
        bob.email = Some("ada@example.com".to_owned());
        assert_eq!(sql.update_user(&bob, &event("no")).await.unwrap(), Changed::Exists("email"));
        bob.email = None;
        bob.name = None;
        bob.admin = true;
        assert_eq!(sql.update_user(&bob, &event("user.updated")).await.unwrap(), Changed::Done);
        bob.updated_at = bob.updated_at + Duration::from_micros(1);
        assert_eq!(sql.user_by_subject(&bob.subject).await.unwrap(), Some(bob));
        assert_eq!(sql.update_user(&user("ghost"), &event("no")).await.unwrap(), Changed::Meanwhile);
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn an_edit_of_what_somebody_has_changed_since_is_not_saved_and_none_undoes_a_lock() {
    each(async |backend| {
        let sql = &backend.sql;
        let _ = sql.create_user(&user("ada"), None, &event("user.created")).await.unwrap();
        let read = async || sql.user_by_subject("sub-of-ada").await.unwrap().unwrap();
        let before = read().await;
        assert!(sql.lock_user("sub-of-ada", Some(START), &event("user.locked")).await.unwrap());

        let own = User { name: Some("Ada".to_owned()), admin: true, locked_at: None, username: "root".to_owned(), ..before.clone() };
        assert!(sql.save_profile(&own, &event("user.updated")).await.unwrap());
        let saved = read().await;
        assert_eq!((saved.name.as_deref(), saved.username.as_str()), (Some("Ada"), "ada"), "her name, and nothing that is not hers to say");
        assert_eq!((saved.admin, saved.locked_at), (false, Some(START)));
        assert!(saved.updated_at > before.updated_at, "within the same moment, too");
        assert!(!sql.save_profile(&own, &event("no")).await.unwrap(), "what was read before");

        assert_eq!(sql.update_user(&User { admin: true, ..before }, &event("no")).await.unwrap(), Changed::Meanwhile);
        assert_eq!(read().await, saved);
        assert_eq!(sql.update_user(&User { admin: true, locked_at: None, ..saved }, &event("user.updated")).await.unwrap(), Changed::Done);
        assert_eq!((read().await.admin, read().await.locked_at), (true, Some(START)));
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn pages_follow_the_username_and_search_takes_wildcards_literally() {
    each(async |backend| {
        let sql = &backend.sql;
        for name in ["ada", "bob", "cy_d", "dan", "eve"] {
            let _ = sql.create_user(&user(name), None, &event("user.created")).await.unwrap();
        }
        let names = async |search: &str, after: Option<&str>, limit| {
            let page = Page { search: search.to_owned(), after: after.map(str::to_owned), limit };
            sql.list_users(&page).await.unwrap().into_iter().map(|user| user.username).collect::<Vec<_>>()
        };
        assert_eq!(names("", None, 2).await, ["ada", "bob"]);
        assert_eq!(names("", Some("bob"), 2).await, ["cy_d", "dan"]);
        assert_eq!(names("EVE Love", None, 9).await, ["eve"]);
        assert_eq!(names("bob@EXAMPLE", None, 9).await, ["bob"]);
        assert_eq!(names("_", None, 9).await, ["cy_d"]);
        assert_eq!(names("%", None, 9).await, [""; 0]);
        assert_eq!(names("nul\0", None, 9).await, [""; 0]);
        assert_eq!(sql.count_users("lovelace").await.unwrap(), 5);
        assert_eq!(sql.count_users("").await.unwrap(), 5);
        assert_eq!(sql.count_users("_").await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn locking_password_and_deletion() {
    each(async |backend| {
        let sql = &backend.sql;
        assert!(!sql.administrator_exists().await.unwrap());
        let mut ada = user("ada");
        ada.admin = true;
        let _ = sql.create_user(&ada, None, &event("user.created")).await.unwrap();
        assert!(sql.administrator_exists().await.unwrap());
        assert!(sql.lock_user(&ada.subject, Some(START), &event("user.locked")).await.unwrap());
        assert_eq!(sql.user_by_subject(&ada.subject).await.unwrap().unwrap().locked_at, Some(START));
        assert!(!sql.lock_user("nobody", None, &event("no")).await.unwrap());
        assert!(sql.set_password(&ada.subject, &password("one"), None, (&event("password"), &event("password"))).await.unwrap());
        assert!(sql.set_password(&ada.subject, &password("two"), None, (&event("password"), &event("password"))).await.unwrap());
        assert!(!sql.set_password("nobody", &password("x"), None, (&event("no"), &event("no"))).await.unwrap());
        assert_eq!(sql.password_of(&ada.subject).await.unwrap(), Some(password("two")));
        let renew = async |old: &str, new: &str| {
            let renewed = sql.renew_hash(&ada.subject, (&password(old).hash, &password(new).hash), &event("rehashed")).await.unwrap();
            assert_eq!(renewed, !new.ends_with("too late"));
            sql.password_of(&ada.subject).await.unwrap().unwrap().hash
        };
        assert_eq!(renew("two", "two, slower").await, password("two, slower").hash);
        assert_eq!(renew("two", "two, too late").await, password("two, slower").hash, "changed meanwhile");
        assert!(sql.delete_user(&ada.subject, &event("user.deleted")).await.unwrap());
        assert!(!sql.delete_user(&ada.subject, &event("no")).await.unwrap());
        assert_eq!(sql.password_of(&ada.subject).await.unwrap(), None);
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn groups_have_members_by_name_and_lose_them() {
    each(async |backend| {
        let sql = &backend.sql;
        let _ = sql.create_user(&user("ada"), None, &event("user.created")).await.unwrap();
        assert_eq!(sql.create_group("staff", START, &event("group.created")).await.unwrap(), Created::Done);
        assert_eq!(sql.create_group("staff", START, &event("no")).await.unwrap(), Created::Exists("name"));
        assert!(sql.add_group_member("staff", "sub-of-ada", &event("group.member")).await.unwrap());
        assert!(sql.add_group_member("staff", "sub-of-ada", &event("group.member")).await.unwrap(), "she is a member now");
        assert!(!sql.add_group_member("nobody", "sub-of-ada", &event("no")).await.unwrap());
        assert!(!sql.add_group_member("staff", "ghost", &event("no")).await.unwrap());
        let groups = sql.list_groups().await.unwrap();
        assert_eq!((groups[0].members.as_slice(), groups[0].created_at), (["ada".to_owned()].as_slice(), START));
        assert_eq!(sql.user_by_subject("sub-of-ada").await.unwrap().unwrap().groups, ["staff"]);
        assert_eq!(sql.list_users(&Page { limit: 9, ..Page::default() }).await.unwrap()[0].groups, ["staff"]);
        assert!(sql.remove_group_member("staff", "sub-of-ada", &event("group.left")).await.unwrap());
        assert!(!sql.remove_group_member("staff", "sub-of-ada", &event("no")).await.unwrap());
        assert!(sql.delete_group("staff", &event("group.deleted")).await.unwrap());
        assert!(!sql.delete_group("staff", &event("no")).await.unwrap());
        assert!(!recorded(sql).await.contains(&"no".to_owned()));
    })
    .await;
}
