//! The time of a refusal tells nothing, neither to who guesses passwords nor to who guesses secrets of clients. It is measured, so it needs a quiet machine and
//! runs by hand:
//! `AUTHY_TEST_TIMINGS=2000 cargo test --release --test it -- --ignored timing`; the variable says how many of each kind are measured.

use std::io::Write as _;
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
            app.set_password(&user, &password).await;
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

/// How far apart the distributions of two samples are: the statistic of Kolmogorov and Smirnov. Sorts them.
fn distance(left: &mut [Duration], right: &mut [Duration]) -> f64 {
    left.sort_unstable();
    right.sort_unstable();
    let share = |sample: &[Duration], bound: Duration| sample.partition_point(|one| *one <= bound) as f64 / sample.len() as f64;
    left.iter().chain(right.iter()).map(|&bound| (share(left, bound) - share(right, bound)).abs()).fold(0.0, f64::max)
}

#[tokio::test]
#[ignore = "it measures time, and a busy machine has none to spare"]
async fn a_wrong_secret_is_refused_in_the_same_time_however_much_of_it_is_right() {
    let samples: usize = std::env::var("AUTHY_TEST_TIMINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    backends::each(async |backend| {
        let name = backend.name;
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let secret = rp.secret.as_ref().expect("a secret").expose().clone();
        let (start, last) = secret.split_at(secret.len() - 1);
        let almost = format!("{start}{}", if last == "A" { "B" } else { "A" });
        let nothing: String = secret.chars().map(|one| if one == '.' { '-' } else { '.' }).collect();
        let unknown = app.app.entropy.identifier();
        let kinds = [(rp.id(), almost.as_str()), (rp.id(), nothing.as_str()), (unknown.as_str(), nothing.as_str())];
        // Its connections are kept, unlike those of the other tests, whose client makes sure that TLS has its provider.
        drop(crate::support::http::client());
        let http = reqwest::Client::builder().tls_built_in_root_certs(false).build().expect("a client");
        let mut times: [Vec<Duration>; 3] = Default::default();
        for round in 0..samples + 20 {
            // Wrong secrets are counted in a minute, so that it has no say in this.
            app.advance(Duration::from_secs(60));
            for place in 0..kinds.len() {
                let kind = (place + round) % kinds.len();
                let (client, secret) = kinds[kind];
                let request = http.post(format!("{}/oauth2/token", app.base)).basic_auth(client, Some(secret));
                let request = request.header("content-type", "application/x-www-form-urlencoded").body("grant_type=client_credentials");
                let started = Instant::now();
                let status = request.send().await.expect("an answer").status();
                let took = started.elapsed();
                assert_eq!(status, 401);
                // The first ones open connections and fill caches.
                if round >= 20 {
                    times[kind].push(took);
                }
            }
        }
        let medians = times.each_mut().map(|sample| {
            sample.sort_unstable();
            sample[sample.len() / 2]
        });
        let [almost, nothing, _] = &mut times;
        // More than this happens by chance once in ten thousand runs.
        let (apart, bound) = (distance(almost, nothing), 2.2 * (2.0 / samples as f64).sqrt());
        let said = format!("{name}: medians {medians:?} (almost right, all wrong, unknown client); {apart:.4} apart of at most {bound:.4}");
        writeln!(std::io::stderr(), "{said}").expect("stderr");
        assert!(apart < bound, "a secret that is almost right takes another time than one that is all wrong");
        app.stop().await;
    })
    .await;
}
