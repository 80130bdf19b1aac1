//! Two nodes on one database and one Redis: what may happen once happens once.

use std::collections::BTreeSet;

use crate::endpoints::keys::of_type;
use crate::support::app::TestApp;
use crate::support::backends::{self, Backend, Servers, on_servers};
use crate::support::relying_party::jose_header;

/// Runs a test on two nodes over Postgres and Redis.
async fn on_two_nodes(test: impl AsyncFn(&TestApp, &TestApp)) {
    let Some(servers) = Servers::from_environment() else { return };
    on_servers(&servers, &async |backend: Backend| {
        let (options, redis) = (backend.options.clone(), backend.redis.clone().expect("Redis"));
        let one = TestApp::start(backend).await;
        let other = one.another_node(&options, &redis).await;
        test(&one, &other).await;
        other.stop().await;
        one.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_redemptions_at_once_on_two_nodes_exactly_one_wins_and_none_breaks() {
    on_two_nodes(async |one, other| {
        one.user("ada").await;
        let here = one.relying_party().await;
        let there = here.at(other);
        for _ in 0..20 {
            let code = here.code("ada").await;
            let racers = (0..100).map(|number| if number % 2 == 0 { here.redeem(&code) } else { there.redeem(&code) });
            let answers = futures_util::future::join_all(racers).await;
            let won = answers.iter().filter(|answer| answer.status == 200).count();
            let lost = answers.iter().filter(|answer| answer.status == 400 && answer.body["error"] == "invalid_grant").count();
            assert_eq!((won, lost), (1, 99));
            // A loser that presented a used code takes back what it gave (RFC 6749 §4.1.2): nothing of it lives on.
            for answer in answers.iter().filter(|answer| answer.status == 200) {
                tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
                assert!(!there.is_active(&answer.access_token()).await, "a replayed code leaves nothing alive");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refreshes_at_once_on_two_nodes_yield_one_successor_and_the_chain_goes_on() {
    on_two_nodes(async |one, other| {
        one.user("ada").await;
        let here = one.relying_party().await;
        let there = here.at(other);
        let mut token = here.login("ada").await.refresh_token();
        for _ in 0..10 {
            let racers = (0..10).map(|number| if number % 2 == 0 { here.refresh(&token) } else { there.refresh(&token) });
            let answers = futures_util::future::join_all(racers).await;
            let successors: BTreeSet<_> = answers.into_iter().map(|answer| answer.ok().refresh_token()).collect();
            assert_eq!(successors.len(), 1, "every racer gets the same successor");
            token = successors.into_iter().next().expect("one");
        }
    })
    .await;
}

#[tokio::test]
async fn what_one_node_revokes_is_dead_on_the_other_within_a_second() {
    on_two_nodes(async |one, other| {
        one.user("ada").await;
        let here = one.relying_party().await;
        let there = here.at(other);
        let tokens = here.login("ada").await;
        assert!(there.is_active(&tokens.access_token()).await);
        assert_eq!(there.userinfo(&tokens.access_token()).await.status, 200);
        here.revoke(&tokens.access_token()).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert!(!there.is_active(&tokens.access_token()).await);
        assert_eq!(there.userinfo(&tokens.access_token()).await.status, 401);
        there.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn every_node_that_starts_before_there_is_an_administrator_prints_a_link_that_works_until_there_is_one() {
    on_two_nodes(async |one, other| {
        let links = [
            authy::accounts::setup::new_link(&one.app).await.expect("made").expect("a link"),
            authy::accounts::setup::new_link(&other.app).await.expect("made").expect("a link"),
        ];
        for link in &links {
            assert_eq!(one.browser().get(link).await.status, 200);
        }
        let mut browser = one.browser();
        let page = browser.open(&links[1]).await.page();
        let values = [("email", "root@example.org"), ("username", "root"), ("password", "a long password")];
        browser.submit(&page, "setup-form", &values).await.page();
        for link in &links {
            assert_eq!(one.browser().get(link).await.status, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_who_open_a_setup_link_at_once_one_becomes_the_administrator() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let link = authy::accounts::setup::new_link(&app.app).await.expect("made").expect("a link");
        let mut prepared = Vec::new();
        for number in 0..8 {
            let mut browser = app.browser();
            let page = browser.open(&link).await.page();
            let (action, mut fields) = page.form("setup-form");
            let name = format!("root{number}");
            fields.retain(|(field, _)| !matches!(field.as_str(), "email" | "username" | "password"));
            let email = format!("{name}@example.org");
            let typed = [("email", email), ("username", name), ("password", "a long password".to_owned())];
            fields.extend(typed.map(|(field, value)| (field.to_owned(), value)));
            prepared.push((browser, action, fields));
        }
        let attempts = prepared.iter_mut().map(|(browser, action, fields)| async { browser.post(action, fields).await.status });
        let answers = futures_util::future::join_all(attempts).await;
        assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
        assert_eq!(app.app.sql.count_users("").await.expect("counted"), 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_need_the_first_key_of_a_kind_at_once_agree_on_one() {
    on_two_nodes(async |one, other| {
        one.user("ada").await;
        let here = one.client(|metadata| metadata.id_token_signed_response_alg = Some("EdDSA".to_owned())).await;
        let there = here.at(other);
        let mut codes = Vec::new();
        for _ in 0..8 {
            codes.push(here.code("ada").await);
        }
        let racers = codes.iter().enumerate().map(|(number, code)| if number % 2 == 0 { here.redeem(code) } else { there.redeem(code) });
        let answers = futures_util::future::join_all(racers).await;
        let keys = of_type(one, "OKP").await;
        assert_eq!((keys.len(), &keys), (1, &of_type(other, "OKP").await), "both show the same one at once");
        for answer in answers {
            assert_eq!(jose_header(&answer.ok().text("id_token"))["kid"], keys[0]["kid"]);
        }
    })
    .await;
}
