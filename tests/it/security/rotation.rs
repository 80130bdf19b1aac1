//! Signing keys change while applications verify: nobody notices a planned rotation, and an emergency ends what the old keys signed at once.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use authy::admin::office::Office;
use authy::clock::Timestamp;
use authy::jose::client_keys::ClientKeys;
use authy::jose::{Algorithm, JoseError};
use authy::telemetry::audit::Actor;
use serde_json::{Value, json};

use crate::cli::authy;
use crate::support::app::{JsonBody as _, TestApp};
use crate::support::backends;
use crate::support::process::Server;
use crate::support::relying_party::{RelyingParty, claims, jose_header};

const API: &str = "https://api.example/";
/// Longer than an access token lives, and shorter than an ID Token and than the key set may be kept.
const STEP: Duration = Duration::from_secs(40 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// An application that keeps the key set for as long as it may, and asks for it no sooner, whatever `kid` it meets.
struct Verifier<'a> {
    app: &'a TestApp,
    kept: RefCell<Option<(ClientKeys, Timestamp)>>,
}

impl<'a> Verifier<'a> {
    fn new(app: &'a TestApp) -> Self {
        Self { app, kept: RefCell::default() }
    }

    async fn verify(&self, token: &str) -> Result<String, JoseError> {
        let now = self.app.now();
        if self.kept.borrow().as_ref().is_none_or(|(_, until)| *until <= now) {
            let answer = crate::support::http::get(format!("{}/.well-known/jwks.json", self.app.base)).await;
            let kept = answer.headers()["cache-control"].to_str().unwrap().split("max-age=").nth(1).and_then(|age| age.parse().ok());
            let until = now + Duration::from_secs(kept.expect("a max-age"));
            let keys = ClientKeys::fetched(&answer.json_body().await).expect("a key set");
            *self.kept.borrow_mut() = Some((keys, until));
        }
        let kept = self.kept.borrow();
        kept.as_ref().expect("keys").0.verify(token, &Algorithm::ALL)?;
        Ok(jose_header(token)["kid"].as_str().expect("a kid").to_owned())
    }
}

/// `authy key rotate`, here or on another node. A running server looks once a second, a test when it is told to.
async fn rotate(app: &TestApp) {
    Office::of(&app.app, Actor::CommandLine).rotate_keys(&app.app.sealer, HOUR).await.unwrap_or_else(|_| panic!("rotated"));
    notice(app).await;
}

/// `authy key rotate --emergency`.
async fn withdraw(app: &TestApp) {
    Office::of(&app.app, Actor::CommandLine).withdraw_keys(&app.app.sealer).await.unwrap_or_else(|_| panic!("withdrawn"));
    notice(app).await;
}

async fn notice(app: &TestApp) {
    app.app.keys.refresh(&app.app.sql, &app.app.sealer, app.now()).await.expect("keys");
}

async fn kids(app: &TestApp) -> BTreeSet<String> {
    kids_at(&app.base).await
}

async fn kids_at(base: &str) -> BTreeSet<String> {
    let set = crate::support::http::get(format!("{base}/.well-known/jwks.json")).await.json_body().await;
    let signing = set["keys"].as_array().expect("keys").iter().filter(|key| key["use"] == "sig");
    signing.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

async fn access_token(rp: &RelyingParty<'_>) -> String {
    rp.token(&[("grant_type", "client_credentials"), ("scope", "read"), ("resource", API)]).await.ok().access_token()
}

#[tokio::test]
async fn applications_that_keep_the_key_set_verify_every_token_while_keys_rotate_under_load() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        app.resource(API, &[]).await;
        let refresh = RefCell::new(rp.login("ada").await.refresh_token());
        let (made, over) = (Cell::new(0_usize), Cell::new(false));
        let seen = RefCell::new([BTreeSet::new(), BTreeSet::new()]);
        // Tokens and when they were made: verified at once, and once more when they are about to expire.
        let held: RefCell<VecDeque<(String, Timestamp)>> = RefCell::default();
        let (one, another) = (Verifier::new(&app), Verifier::new(&app));
        let check = async |kind: usize, token: String| {
            let kid = one.verify(&token).await.unwrap_or_else(|error| panic!("{error}: {}", jose_header(&token)));
            seen.borrow_mut()[kind].insert(kid);
            held.borrow_mut().push_back((token, app.now()));
            made.set(made.get() + 1);
        };
        let asks = async || {
            while !over.get() {
                check(0, access_token(&rp).await).await;
            }
        };
        let refreshes = async || {
            while !over.get() {
                let presented = refresh.borrow().clone();
                let answer = rp.refresh(&presented).await.ok();
                *refresh.borrow_mut() = answer.refresh_token();
                check(1, answer.text("id_token")).await;
            }
        };
        let days_pass = async || {
            let start = app.now();
            for at in [Duration::ZERO, 25 * HOUR] {
                rotate(&app).await;
                while app.now() < start + at + 25 * HOUR {
                    let enough = made.get() + 3;
                    while made.get() < enough {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    app.advance(STEP);
                    notice(&app).await;
                    loop {
                        let Some((token, _)) = held.borrow_mut().pop_front_if(|(_, made_at)| *made_at < app.now()) else { break };
                        another.verify(&token).await.unwrap_or_else(|error| panic!("later: {error}"));
                    }
                }
            }
            over.set(true);
        };
        tokio::join!(asks(), asks(), refreshes(), days_pass());
        for kids in seen.borrow().iter() {
            assert!(kids.len() >= 3, "two rotations took place: {kids:?}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_old_key_is_published_until_what_it_signed_has_expired() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let old = kids(&app).await;
        rotate(&app).await;
        assert!(kids(&app).await.is_superset(&old), "the new ones stand beside the old");
        app.advance(24 * HOUR - Duration::from_secs(1));
        notice(&app).await;
        let last = rp.login("ada").await.text("id_token");
        assert!(old.contains(jose_header(&last)["kid"].as_str().unwrap()), "the new ones do not sign yet");
        app.advance(Duration::from_secs(1));
        notice(&app).await;
        let next = rp.login("ada").await.text("id_token");
        assert!(!old.contains(jose_header(&next)["kid"].as_str().unwrap()));
        let left = claims(&last)["exp"].as_i64().unwrap() - app.now().as_seconds();
        app.advance(Duration::from_secs(u64::try_from(left - 1).unwrap()));
        notice(&app).await;
        assert!(Verifier::new(&app).verify(&last).await.is_ok(), "until its last second");
        app.advance(25 * HOUR);
        notice(&app).await;
        assert!(kids(&app).await.is_disjoint(&old), "and not for ever");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_emergency_ends_what_the_old_keys_signed_at_once_on_every_node() {
    backends::each(async |backend| {
        let (options, redis) = (backend.options.clone(), backend.redis.clone());
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        app.resource(API, &[rp.id()]).await;
        // A rotation is under way: its keys wait, and may be known to the thief as well.
        rotate(&app).await;
        let mut browser = app.browser();
        let tokens = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        let (token, hint) = (access_token(&rp).await, tokens.text("id_token"));
        assert!(rp.is_active(&token).await && Verifier::new(&app).verify(&token).await.is_ok());
        let node = match &redis {
            Some(redis) => Some(app.another_node(&options, redis).await),
            None => None,
        };
        let old = kids(&app).await;
        withdraw(&app).await;
        assert!(kids(&app).await.is_disjoint(&old));
        assert_eq!(Verifier::new(&app).verify(&token).await, Err(JoseError::UnknownKey));
        assert_eq!(rp.introspect(&token).await.ok().body, json!({ "active": false }));
        if let Some(node) = node {
            notice(&node).await;
            assert!(kids(&node).await.is_disjoint(&old));
            assert_eq!(rp.at(&node).introspect(&token).await.ok().body["active"], Value::Bool(false));
            node.stop().await;
        }
        // What an old key signed is no hint at anybody either, and signs nobody out: RP-Initiated Logout §4.
        assert!(browser.open(&format!("/oauth2/logout?id_token_hint={hint}")).await.page().has("error-page"));
        // What is not signed goes on, and gives tokens that the new keys sign.
        let refreshed = rp.refresh(&tokens.refresh_token()).await.ok();
        for token in [refreshed.text("id_token"), access_token(&rp).await] {
            assert!(Verifier::new(&app).verify(&token).await.is_ok_and(|kid| !old.contains(&kid)));
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_servers_notice_within_seconds_what_the_command_did() {
    backends::each(async |backend| {
        let env = [("AUTHY_DATABASE_URL", backend.options.url.as_str())];
        let place = backend.directory.as_path();
        let nodes = if backend.redis.is_some() { 2 } else { 1 };
        let servers: Vec<_> = (0..nodes).map(|_| Server::start(place, &env, "127.0.0.1:0")).collect();
        let old = kids_at(&servers[0].base).await;
        authy(place, &env, &["key", "rotate", "--emergency", "--json"]).exits(0);
        let moment = std::time::Instant::now();
        for server in &servers {
            while !kids_at(&server.base).await.is_disjoint(&old) {
                assert!(moment.elapsed() < Duration::from_secs(10), "a server goes on with keys that were withdrawn");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        for server in servers {
            server.stop();
        }
    })
    .await;
}
