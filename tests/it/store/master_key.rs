//! The change of the master key: everything that was sealed opens with the new one alone.

use authy::app::subjects;
use authy::boot;
use authy::config::Settings;
use authy::model::authentication_request::AuthenticationRequest;
use authy::model::client::{ClientSecret, SecretHash};
use authy::model::signing_key::SigningKey;
use authy::sealing::{MasterKey, Purpose, Sealer};
use authy::store::sql::Queued;

use super::samples::*;
use crate::support::backends::{Backend, START, each, execute};
use crate::support::keys::first_keys;

fn with_keys(current: &MasterKey, previous: Option<&MasterKey>) -> Settings {
    Settings {
        master_key: Some(current.to_base64url()),
        master_key_previous: previous.map(MasterKey::to_base64url),
        ..Settings::for_tests()
    }
}

/// What the key sealed, by what it is.
struct Kept {
    keys: Vec<SigningKey>,
    request: AuthenticationRequest,
    name: String,
}

async fn filled(backend: &Backend, key: &MasterKey) -> Kept {
    let (sql, entropy) = (&backend.sql, backend.entropy.as_ref());
    boot::master_key(&with_keys(key, None), sql, entropy, START).await.unwrap();
    let sealer = Sealer::new(key);
    let keys = first_keys(&sealer, entropy, START);
    assert!(sql.create_first_signing_keys(&keys, &event("keys.created")).await.unwrap());
    ada_with_app(sql).await;
    let stored = ClientSecret { hash: SecretHash::Sealed(sealer.seal(Purpose::Stored, b"the secret", entropy)), ..secret("sealed") };
    sql.add_client_secret("app", &stored, None).await.unwrap();
    let request = AuthenticationRequest {
        sealed: sealer.seal(Purpose::Stored, b"the notice", entropy),
        ..authentication_request("app", "sub-of-ada")
    };
    assert_eq!(sql.create_authentication_request(&request, ROOM).await.unwrap(), Queued::Done);
    let name = subjects::load(sql, &sealer, entropy).await.unwrap().name("rp.example", "sub-of-ada");
    Kept { keys, request, name }
}

#[tokio::test]
async fn after_a_change_of_the_master_key_everything_opens_with_the_new_one_alone() {
    each(async |backend| {
        let (sql, entropy) = (&backend.sql, backend.entropy.as_ref());
        let (old, new) = (MasterKey::generate(entropy), MasterKey::generate(entropy));
        let kept = filled(&backend, &old).await;
        let told = boot::master_key(&with_keys(&new, None), sql, entropy, START).await.unwrap_err().to_string();
        assert!(told.contains(&old.id()) && told.contains(&new.id()) && told.contains("AUTHY_MASTER_KEY_PREVIOUS"), "{told}");

        boot::master_key(&with_keys(&new, Some(&old)), sql, entropy, START).await.unwrap();
        boot::master_key(&with_keys(&new, None), sql, entropy, START).await.unwrap();
        let (before, after) = (Sealer::new(&old), Sealer::new(&new));
        for (key, stored) in kept.keys.iter().zip(keys_by_kid(&backend, &kept.keys).await) {
            assert_eq!(before.open(Purpose::PrivateKey, &stored), None, "{}", key.algorithm);
            assert_eq!(after.open(Purpose::PrivateKey, &stored), before.open(Purpose::PrivateKey, &key.sealed_private_jwk));
        }
        let secrets = sql.sealed_client_secrets().await.unwrap();
        assert_eq!(after.open(Purpose::Stored, &secrets[0].1).as_deref(), Some(b"the secret".as_slice()));
        let notice = sql.authentication_request_by_id(kept.request.id).await.unwrap().unwrap().sealed;
        assert_eq!(after.open(Purpose::Stored, &notice).as_deref(), Some(b"the notice".as_slice()));
        let pairwise = subjects::load(sql, &after, entropy).await.unwrap();
        assert_eq!(pairwise.name("rp.example", "sub-of-ada"), kept.name, "people keep their names");
        assert_eq!(recorded(sql).await.iter().filter(|kind| *kind == "master_key.changed").count(), 1);
    })
    .await;
}

async fn keys_by_kid(backend: &Backend, keys: &[SigningKey]) -> Vec<Vec<u8>> {
    let sealed = backend.sql.sealed_signing_keys(START).await.unwrap();
    let of = |key: &SigningKey| sealed.iter().find(|(kid, _)| *kid == key.kid).map(|(_, stored)| stored.clone()).unwrap();
    keys.iter().map(of).collect()
}

#[tokio::test]
async fn what_neither_master_key_opens_stops_the_change_and_nothing_is_changed() {
    each(async |backend| {
        let (sql, entropy) = (&backend.sql, backend.entropy.as_ref());
        let (old, new) = (MasterKey::generate(entropy), MasterKey::generate(entropy));
        let kept = filled(&backend, &old).await;
        let good = sql.setting(subjects::PAIRWISE_KEY).await.unwrap().unwrap();
        sql.put_setting(subjects::PAIRWISE_KEY, "AAAA").await.unwrap();
        let change = with_keys(&new, Some(&old));
        let told = boot::master_key(&change, sql, entropy, START).await.unwrap_err().to_string();
        assert!(told.starts_with("The key of pairwise subjects opens with neither master key."), "{told}");
        sql.put_setting(subjects::PAIRWISE_KEY, &good).await.unwrap();

        let zero = if backend.name == "postgres" { "'\\x00'" } else { "x'00'" };
        execute(&backend.options, &format!("update client_secrets set sealed = {zero} where sealed is not null")).await;
        let told = boot::master_key(&change, sql, entropy, START).await.unwrap_err().to_string();
        assert!(told.starts_with("The secret of a client opens with neither") && told.contains("rotate-secret"), "{told}");

        assert_eq!(sql.setting("master_key_id").await.unwrap(), Some(old.id()));
        assert_eq!(keys_by_kid(&backend, &kept.keys).await[0], kept.keys[0].sealed_private_jwk);
    })
    .await;
}
