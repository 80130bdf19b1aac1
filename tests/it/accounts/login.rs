//! Signing in: nothing is learned by guessing, and nobody is locked out by a stranger.

use std::time::Duration;

use crate::support::app::{PASSWORD, TestApp, behind_a_proxy};
use crate::support::backends;
use crate::support::browser::Page;

async fn guess(app: &TestApp, username: &str, password: &str) -> Page {
    let mut browser = app.browser();
    let page = browser.open("/login").await.page();
    browser.submit(&page, "login-form", &[("username", username), ("password", password)]).await.page()
}

/// What is left of a page when everything random is taken out.
fn skeleton(page: &Page) -> (u16, String) {
    let mut body = page.body.clone();
    for id in ["csrf_token\" value=\"", "error-id\">"] {
        while let Some(at) = body.find(id) {
            let start = at + id.len();
            let end = body[start..].find(['"', '<']).map_or(body.len(), |length| start + length);
            body.replace_range(at..end, "");
        }
    }
    (page.status, body)
}

#[tokio::test]
async fn an_unknown_a_locked_and_a_known_account_get_the_same_answer() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        let eve = app.user("eve").await;
        app.app.sql.lock_user(&eve.subject, Some(app.now()), &app.event("user.locked")).await.expect("locked");
        let known = skeleton(&guess(&app, "ada", "wrong password").await);
        for (username, password) in
            [("nobody", "wrong password"), ("eve", PASSWORD), ("eve", "wrong password"), ("ada", ""), ("nobody", "")]
        {
            let other = skeleton(&guess(&app, username, password).await);
            let renamed = other.1.replace(&format!("value=\"{username}\""), "value=\"ada\"");
            assert_eq!(known.0, other.0, "{username}");
            assert_eq!(known.1, renamed, "{username} {password:?}");
        }
        let long = "x".repeat(20_000);
        assert_eq!(guess(&app, "ada", &long).await.status, known.0);
        assert!(app.app.sql.sessions_of(&ada.subject, app.now()).await.expect("sessions").is_empty());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_hundred_guesses_at_once_count_as_a_hundred_and_the_owner_elsewhere_still_gets_in() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        app.user("ada").await;
        let home = |browser: &mut crate::support::browser::Browser| {
            browser.headers.insert("x-forwarded-for", "198.51.100.7".parse().expect("a value"));
        };
        let mut owner = app.browser();
        home(&mut owner);
        let page = owner.open("/login").await.page();
        owner.sign_in(&page, "ada").await;
        let guesses = (0..60).map(|_| async {
            let mut browser = app.browser();
            browser.headers.insert("x-forwarded-for", "203.0.113.9".parse().expect("a value"));
            let page = browser.open("/login").await.page();
            browser.submit(&page, "login-form", &[("username", "ada"), ("password", "wrong password")]).await.page().status
        });
        let answers = futures_util::future::join_all(guesses).await;
        assert!(answers.iter().filter(|status| **status == 429).count() >= 45, "{answers:?}");
        let mut again = app.browser();
        home(&mut again);
        let page = again.open("/login").await.page();
        let landing = again.sign_in(&page, "ada").await.page();
        assert_eq!(landing.status, 200, "the owner is not locked out: {}", landing.url);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn strangers_everywhere_do_not_keep_somebody_out_who_comes_from_a_new_place() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        app.user("ada").await;
        let from = async |address: &str, password: Option<&str>| {
            let mut browser = app.browser();
            browser.headers.insert("x-forwarded-for", address.parse().expect("a value"));
            let page = browser.open("/login").await.page();
            match password {
                Some(wrong) => browser.submit(&page, "login-form", &[("username", "ada"), ("password", wrong)]).await.page().status,
                None => browser.sign_in(&page, "ada").await.page().status,
            }
        };
        let mut statuses = Vec::new();
        for number in 0..60 {
            statuses.push(from(&format!("203.0.113.{}", number % 6), Some("wrong password")).await);
        }
        let stopped = statuses.iter().filter(|status| **status == 429).count();
        assert!(stopped > 0, "what strangers get is bounded: {statuses:?}");
        // Networks of one IPv6 /48 share the few tries that are left to a place.
        let mut refused = 0;
        for number in 0..6 {
            refused += u32::from(from(&format!("2001:db8:7:{number}::1"), Some("wrong password")).await == 429);
        }
        assert_eq!(refused, 3);
        assert_eq!(from("198.51.100.7", None).await, 200, "somebody who was never here before");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn one_guest_of_an_office_does_not_keep_those_out_who_work_there() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.user("new").await;
        let sign_in = async |username: &str| {
            let mut browser = app.browser();
            let page = browser.open("/login").await.page();
            browser.sign_in(&page, username).await.page().status
        };
        assert_eq!(sign_in("ada").await, 200);
        for number in 0..105 {
            guess(&app, &format!("somebody{number}"), "wrong password").await;
        }
        assert_eq!(guess(&app, "somebody", "wrong password").await.status, 429, "the guest waits");
        assert_eq!(sign_in("new").await, 429, "and who was never here before");
        for _ in 0..3 {
            assert_eq!(sign_in("ada").await, 200, "who has always come from here does not");
        }
        assert_eq!(guess(&app, "somebody", "wrong password").await.status, 429, "nothing was given back to the guest");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_neighbour_keeps_nobody_out_for_the_rest_of_the_day() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let sign_in = async || {
            let mut browser = app.browser();
            let page = browser.open("/login").await.page();
            browser.sign_in(&page, "ada").await.page().status
        };
        assert_eq!(sign_in().await, 200);
        for _ in 0..6 {
            for _ in 0..20 {
                guess(&app, "ada", "wrong password").await;
            }
            app.advance(Duration::from_secs(300));
        }
        app.advance(Duration::from_secs(3600));
        assert_eq!(sign_in().await, 200, "the day's budget is used up, the hour's few tries are not");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn passwords_that_differ_after_72_bytes_are_different() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let (right, wrong) = (format!("{}A", "x".repeat(80)), format!("{}B", "x".repeat(80)));
        let hash = authy::hashing::password::hash(&right, 4, app.app.entropy.as_ref()).expect("a hash");
        let password = authy::model::user::Password { hash, changed_at: app.now() };
        app.set_password(&user, &password).await;
        assert_eq!(guess(&app, "ada", &wrong).await.status, 401);
        assert_eq!(guess(&app, "ada", &right).await.status, 200);
        assert_eq!(guess(&app, "ada@example.org", &right).await.status, 200, "the e-mail address names the account too");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn of_several_who_sign_in_while_a_hash_is_renewed_each_gets_in() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        // As others write it.
        let made = authy::hashing::password::hash(PASSWORD, 4, app.app.entropy.as_ref()).expect("a hash");
        let hash = authy::secret::Secret::from(made.expose().replacen("$2b$", "$2a$", 1).as_str());
        app.set_password(&user, &authy::model::user::Password { hash: hash.clone(), changed_at: app.now() }).await;
        let answers = futures_util::future::join_all((0..4).map(|_| guess(&app, "ada", PASSWORD))).await;
        assert_eq!(answers.iter().map(|page| page.status).collect::<Vec<_>>(), [200; 4]);
        let renewed = app.app.sql.password_of(&user.subject).await.expect("read").expect("a password").hash;
        assert_ne!(renewed, hash);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn forms_of_other_sites_and_wrong_methods_are_refused() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let mut browser = app.browser();
        let page = browser.open("/login").await.page();
        let (action, mut fields) = page.form("login-form");
        fields.retain(|(name, _)| name != "username" && name != "password");
        fields.extend([("username".to_owned(), "ada".to_owned()), ("password".to_owned(), PASSWORD.to_owned())]);
        for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let mut other = browser.clone();
            other.headers.insert(reqwest::header::HeaderName::from_static(name), value.parse().expect("a value"));
            assert_eq!(other.post(&action, &fields).await.status, 403, "{name}");
        }
        let mut stranger = app.browser();
        stranger.open("/login").await;
        assert_eq!(stranger.post(&action, &fields).await.status, 403, "a token of another browser");
        let mut null = browser.clone();
        null.headers.insert("origin", "null".parse().expect("a value"));
        assert_eq!(null.post(&action, &fields).await.status, 303, "Origin: null alone decides nothing");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_control_character_makes_another_name_and_another_password() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let with_a_nul = format!("{PASSWORD}\0");
        for (username, password) in [("ad\u{b}a", PASSWORD), ("a\0\u{1}da", PASSWORD), ("ada\0", PASSWORD), ("ada", &with_a_nul)] {
            let page = guess(&app, username, password).await;
            assert!(page.status == 401 && page.has("login-form"), "{}", page.body);
        }
        app.stop().await;
    })
    .await;
}
