//! The key-value store, its verbs and its typed uses.

use std::time::Duration;

use authy::model::audit::ErrorRecord;
use authy::model::authorization_code::AuthorizationCode;
use authy::model::transaction::{Agreed, Binding, Transaction};
use authy::secret::TokenHash;
use authy::store::Kv;
use authy::store::kv::codes::{self, Claimed, Loaded};
use authy::store::kv::{error_records, replay, throttle, transactions};

use super::samples::*;
use crate::support::backends::{Backend, START, each};

const MINUTE: Duration = Duration::from_secs(60);

/// Lets a time to live of at most a tenth of a second pass, whichever clock the store goes by.
async fn pass(backend: &Backend) {
    backend.clock.advance(Duration::from_millis(100));
    if backend.redis.is_some() {
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

#[tokio::test]
async fn every_verb_does_what_it_says() {
    each(async |backend| {
        let kv = &backend.kv;
        kv.ping().await.unwrap();
        assert_eq!(kv.get("k:1").await.unwrap(), None);
        kv.put("k:1", b"one", MINUTE).await.unwrap();
        kv.put("k:1", b"\0two\xff", MINUTE).await.unwrap();
        assert_eq!(kv.get("k:1").await.unwrap().as_deref(), Some(&b"\0two\xff"[..]));
        assert!(!kv.put_new("k:1", b"three", MINUTE).await.unwrap());
        assert!(kv.put_new("k:2", b"new", MINUTE).await.unwrap());
        assert_eq!(kv.swap("k:1", b"four", MINUTE).await.unwrap().as_deref(), Some(&b"\0two\xff"[..]));
        assert_eq!(kv.swap("k:3", b"x", MINUTE).await.unwrap(), None);
        assert_eq!(kv.get("k:3").await.unwrap(), None, "a swap makes nothing");
        assert_eq!(kv.take("k:1").await.unwrap().as_deref(), Some(&b"four"[..]));
        assert_eq!(kv.take("k:1").await.unwrap(), None);
        kv.delete("k:2").await.unwrap();
        kv.delete("k:2").await.unwrap();
        assert_eq!(kv.get("k:2").await.unwrap(), None);
        assert_eq!((kv.bump("k:4", MINUTE).await.unwrap(), kv.bump("k:4", MINUTE).await.unwrap()), (1, 2));
    })
    .await;
}

#[tokio::test]
async fn what_has_expired_is_gone_for_every_verb_and_a_count_keeps_its_first_window() {
    each(async |backend| {
        let (kv, short) = (&backend.kv, Duration::from_millis(100));
        for key in ["e:get", "e:new", "e:swap", "e:take"] {
            kv.put(key, b"old", short).await.unwrap();
        }
        kv.bump("e:count", short).await.unwrap();
        assert_eq!(kv.bump("e:count", MINUTE).await.unwrap(), 2);
        pass(&backend).await;
        assert_eq!(kv.get("e:get").await.unwrap(), None);
        assert!(kv.put_new("e:new", b"new", MINUTE).await.unwrap());
        assert_eq!(kv.swap("e:swap", b"new", MINUTE).await.unwrap(), None);
        assert_eq!(kv.take("e:take").await.unwrap(), None);
        assert_eq!(kv.bump("e:count", MINUTE).await.unwrap(), 1);
    })
    .await;
}

fn code(backend: &Backend) -> (TokenHash, AuthorizationCode) {
    let session = session("sub-of-ada");
    let code = AuthorizationCode {
        grant: grant(&session, "app"),
        redirect_uri: "https://app.example/cb".to_owned(),
        nonce: Some("n".to_owned()),
        code_challenge: None,
        dpop_jkt: None,
        beside_token: false,
        refreshable: true,
        expires_at: START + MINUTE,
    };
    (TokenHash::of(&backend.entropy.token("ac_")), code)
}

#[tokio::test]
async fn a_code_is_looked_at_any_number_of_times_and_claimed_once() {
    each(async |backend| {
        let (hash, code) = code(&backend);
        assert_eq!(codes::claim(&backend.kv, &hash, "app").await.unwrap(), Claimed::Unknown);
        codes::save(&backend.kv, &hash, &code, MINUTE).await.unwrap();
        for _ in 0..2 {
            assert_eq!(codes::load(&backend.kv, &hash).await.unwrap(), Loaded::Live(code.clone()));
        }
        assert_eq!(codes::claim(&backend.kv, &hash, "app").await.unwrap(), Claimed::Live(code));
        assert_eq!(codes::claim(&backend.kv, &hash, "app").await.unwrap(), Claimed::Replayed);
        assert_eq!(codes::load(&backend.kv, &hash).await.unwrap(), Loaded::Used("app".to_owned()));
        assert_eq!(codes::load(&backend.kv, &TokenHash::of("none")).await.unwrap(), Loaded::Unknown);
    })
    .await;
}

#[tokio::test]
async fn a_used_code_is_remembered_ten_minutes() {
    crate::support::backends::embedded(&async |backend: Backend| {
        let (hash, code) = code(&backend);
        codes::save(&backend.kv, &hash, &code, MINUTE).await.unwrap();
        let _ = codes::claim(&backend.kv, &hash, "app").await.unwrap();
        backend.clock.advance(Duration::from_secs(599));
        assert_eq!(codes::claim(&backend.kv, &hash, "app").await.unwrap(), Claimed::Replayed);
        backend.clock.advance(Duration::from_secs(600));
        assert_eq!(codes::claim(&backend.kv, &hash, "app").await.unwrap(), Claimed::Unknown);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_claims_at_once_one_gets_the_code() {
    each(async |backend| {
        let (hash, code) = code(&backend);
        codes::save(&backend.kv, &hash, &code, MINUTE).await.unwrap();
        let claims: Vec<_> = (0..100)
            .map(|_| {
                let kv: Kv = backend.kv.clone();
                tokio::spawn(async move { codes::claim(&kv, &hash, "app").await.unwrap() })
            })
            .collect();
        let (mut live, mut replayed) = (0, 0);
        for claim in claims {
            match claim.await.unwrap() {
                Claimed::Live(_) => live += 1,
                Claimed::Replayed => replayed += 1,
                Claimed::Unknown => panic!("the code is known"),
            }
        }
        assert_eq!((live, replayed), (1, 99), "{}", backend.name);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_is_saved_again_and_taken_once() {
    each(async |backend| {
        let (kv, handle) = (&backend.kv, TokenHash::of("handle"));
        let mut transaction = Transaction {
            request: "client_id=app".to_owned(),
            started_at: START,
            bound_to: Binding::Session(id()),
            chosen_session: None,
            agreed: None,
        };
        transactions::save(kv, &handle, &transaction, MINUTE).await.unwrap();
        transaction.agreed = Some(Agreed { mark: "mark".to_owned(), at: START });
        transactions::save(kv, &handle, &transaction, MINUTE).await.unwrap();
        assert_eq!(transactions::load(kv, &handle).await.unwrap().as_ref(), Some(&transaction));
        assert_eq!(transactions::take(kv, &handle).await.unwrap(), Some(transaction));
        assert_eq!(transactions::take(kv, &handle).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn attempts_are_counted_per_kind_and_forgotten_on_demand() {
    each(async |backend| {
        let kv = &backend.kv;
        assert_eq!(throttle::count(kv, "login-account", "h").await.unwrap(), 0);
        for expected in 1..=3 {
            assert_eq!(throttle::bump(kv, "login-account", "h", MINUTE).await.unwrap(), expected);
        }
        assert_eq!(throttle::count(kv, "login-account", "h").await.unwrap(), 3);
        assert_eq!(throttle::count(kv, "login-address", "h").await.unwrap(), 0);
        throttle::clear(kv, "login-account", "h").await.unwrap();
        assert_eq!(throttle::count(kv, "login-account", "h").await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_value_is_seen_from_the_second_time_on() {
    each(async |backend| {
        let kv = &backend.kv;
        assert!(!replay::seen(kv, "jti", "h", Duration::from_millis(100)).await.unwrap());
        assert!(replay::seen(kv, "jti", "h", MINUTE).await.unwrap());
        assert!(!replay::seen(kv, "other", "h", MINUTE).await.unwrap());
        pass(&backend).await;
        assert!(!replay::seen(kv, "jti", "h", MINUTE).await.unwrap());
    })
    .await;
}

fn record(number: u32) -> ErrorRecord {
    ErrorRecord {
        id: format!("id-{number}"),
        at: START,
        error: "invalid_request".to_owned(),
        description: "A sentence.".to_owned(),
        detail: "why".to_owned(),
        endpoint: "token".to_owned(),
        client_id: None,
        about: Some("redirect_uri".to_owned()),
    }
}

#[tokio::test]
async fn error_records_read_back_and_cannot_fill_the_store() {
    each(async |backend| {
        let kv = &backend.kv;
        for number in 0..10_001 {
            error_records::save(kv, &record(number), MINUTE).await.unwrap();
        }
        assert_eq!(error_records::load(kv, "id-500").await.unwrap(), Some(record(500)));
        assert_eq!(error_records::load(kv, "none").await.unwrap(), None);
        let mut kept = 0;
        for number in 0..10_001 {
            kept += u32::from(error_records::load(kv, &format!("id-{number}")).await.unwrap().is_some());
        }
        assert_eq!(kept, if backend.redis.is_some() { 1_000 } else { 10_000 });
    })
    .await;
}
