//! The time of a refused sign-in tells nothing. It is measured, so it needs a quiet machine and runs by hand:
//! `AUTHY_TEST_TIMINGS=2000 cargo test --release --test it -- --ignored timing`; the variable says how many of each kind are measured.

use std::time::{Duration, Instant};

use authy::model::user::Password;

use crate::support::app::TestApp;
use crate::support::backends;

/// High enough that a hash is most of an answer.
const COST: u32 = 9;

async fn guess(app: &TestApp, username: &str, password: &str) -> Duration {
    let mut browser = app.browser();
    let page = browser.open("/login").await.page();
    let (action, mut fields) = page.form("login-form");
    fields.retain(|(name, _)| !matches!(name.as_str(), "username" | "password"));
    fields.extend([("username", username), ("password", password)].map(|(name, value)| (name.to_owned(), value.to_owned())));
    let started = Instant::now();
    let answer = browser.post(&action, &fields).await;
    let took = started.elapsed();
    assert_eq!(answer.status, 401, "{username}");
    took
}

#[tokio::test]
#[ignore = "it measures time, and a busy machine has none to spare"]
async fn unknown_locked_and_known_accounts_are_refused_in_the_same_time() {
    let samples: u32 = std::env::var("AUTHY_TEST_TIMINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| settings.hashing.cost = COST).await;
        let hash = authy::hashing::password::hash("right password", COST, app.app.entropy.as_ref()).expect("a hash");
        for name in ["known", "locked"] {
            let user = app.user(name).await;
            let password = Password { hash: hash.clone(), changed_at: app.now() };
            assert!(app.app.sql.set_password(&user.subject, &password, &app.event("password.changed")).await.expect("set"));
            if name == "locked" {
                app.app.sql.lock_user(&user.subject, Some(app.now()), &app.event("user.locked")).await.expect("locked");
            }
        }
        let verified = Instant::now();
        assert!(authy::hashing::password::verify("right password", hash.expose()));
        let hashing = verified.elapsed();
        let long = "x".repeat(20_000);
        let kinds =
            [("known", "wrong password"), ("unknown", "wrong password"), ("locked", "right password"), ("known", ""), ("unknown", &long)];
        let mut fastest = [Duration::MAX; 5];
        for _ in 0..samples {
            // The windows of the throttle pass, so that it has no say in this.
            app.advance(Duration::from_secs(24 * 3_600));
            for ((username, password), best) in kinds.iter().zip(&mut fastest) {
                // What else the machine does can only slow an answer down.
                *best = guess(&app, username, password).await.min(*best);
            }
        }
        let (least, most) = (fastest.iter().min().expect("some"), fastest.iter().max().expect("some"));
        assert!(*most - *least < hashing / 2, "{fastest:?}, and one hash takes {hashing:?}");
        assert!(*least > hashing / 2, "every one of them is hashed: {fastest:?}");
        app.stop().await;
    })
    .await;
}
