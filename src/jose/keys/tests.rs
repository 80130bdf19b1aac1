use std::time::Duration;

use super::*;
use crate::entropy::{OsEntropy, SeededEntropy};
use crate::sealing::MasterKey;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn sealer(seed: u64) -> Sealer {
    Sealer::new(&MasterKey::generate(&SeededEntropy::new(seed)))
}

fn sealed(algorithm: Algorithm, sealer: &Sealer) -> SealedPair {
    generate(algorithm, &OsEntropy).unwrap().seal(sealer, &OsEntropy)
}

#[test]
fn every_algorithm_makes_a_key_that_is_published_and_signs() {
    let sealer = sealer(1);
    let stored = first_keys(Algorithm::ALL.into_iter().map(|algorithm| sealed(algorithm, &sealer)).collect(), NOW);
    let keys = KeySet::load(&stored, &sealer).unwrap();
    assert_eq!(keys.kids().len(), 4);
    let set = keys.jwks(NOW);
    for algorithm in Algorithm::ALL {
        let signer = keys.signer(algorithm, NOW).unwrap();
        let entry = set["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *signer.kid).unwrap();
        assert_eq!((&entry["alg"], &entry["use"]), (&json!(algorithm.as_str()), &json!("sig")));
        assert!(["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|name| entry.get(name).is_none()), "{entry}");
        assert_eq!(thumbprint(entry).as_deref(), Some(&*signer.kid));
    }
    let modulus = set["keys"].as_array().unwrap().iter().find(|key| key["alg"] == "RS256").unwrap()["n"].as_str().unwrap();
    assert_eq!(modulus.len(), 342, "2048 bits in base64url");
    assert!(KeySet::load(&stored, &sealer).unwrap().signer(Algorithm::RS256, NOW - Duration::from_secs(1)).is_none());
}

#[test]
fn a_planned_rotation_changes_the_signer_a_day_later_and_withdraws_the_old_key_a_day_after_its_last_token() {
    let sealer = sealer(1);
    let mut stored = first_keys(vec![sealed(Algorithm::ES256, &sealer)], NOW);
    let first = stored[0].kid.clone();
    stored = rotate(&stored, vec![sealed(Algorithm::ES256, &sealer)], NOW, Duration::from_secs(3600));
    let keys = KeySet::load(&stored, &sealer).unwrap();
    let (second, switch, withdrawn) = (Duration::from_secs(1), NOW + Duration::from_secs(24 * 3600), NOW + Duration::from_secs(49 * 3600));
    for moment in [NOW, switch - second] {
        assert_eq!(*keys.signer(Algorithm::ES256, moment).unwrap().kid, first);
    }
    assert_ne!(*keys.signer(Algorithm::ES256, switch).unwrap().kid, first);
    assert_eq!(keys.jwks(withdrawn - second)["keys"].as_array().unwrap().len(), 2);
    assert_eq!(keys.jwks(withdrawn)["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn the_example_key_of_rfc_8037_has_its_public_half() {
    // RFC 8037 §A.1
    let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let jwk = ed25519(&seed.try_into().unwrap()).unwrap();
    assert_eq!(jwk["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
}

#[test]
fn a_key_of_another_master_key_or_a_damaged_one_is_named() {
    let sealer = sealer(1);
    let good = first_keys(vec![sealed(Algorithm::EdDSA, &sealer)], NOW).remove(0);
    let other = first_keys(vec![sealed(Algorithm::EdDSA, &sealer)], NOW).remove(0);
    let not_json = sealer.seal(Purpose::PrivateKey, b"\xff{", &OsEntropy);
    let mut flipped = good.sealed_private_jwk.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let wrong = [
        SigningKey { sealed_private_jwk: flipped, ..good.clone() },
        SigningKey { sealed_private_jwk: Vec::new(), ..good.clone() },
        SigningKey { sealed_private_jwk: not_json, ..good.clone() },
        SigningKey { sealed_private_jwk: other.sealed_private_jwk.clone(), ..good.clone() },
        SigningKey { public_jwk: other.public_jwk, ..good.clone() },
        SigningKey { algorithm: "ES256".to_owned(), ..good.clone() },
        SigningKey { algorithm: "none".to_owned(), ..good.clone() },
    ];
    for (place, key) in wrong.iter().enumerate() {
        match KeySet::load(std::slice::from_ref(key), &sealer) {
            Err(JoseError::Key(message)) => assert!(message.contains(&good.kid), "{place}: {message}"),
            other => panic!("{place}: {other:?}"),
        }
    }
    let message = KeySet::load(&[good], &self::sealer(2)).unwrap_err().to_string();
    assert!(message.contains("master key"), "{message}");
}

#[test]
fn another_implementation_verifies_the_signatures() {
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
    };
    let sealer = sealer(1);
    for algorithm in Algorithm::ALL {
        let stored = first_keys(vec![sealed(algorithm, &sealer)], NOW);
        let keys = KeySet::load(&stored, &sealer).unwrap();
        let token = keys.signer(algorithm, NOW).unwrap().sign(Some("at+jwt"), &json!({"sub": "ada"})).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let set = keys.jwks(NOW);
        let member = |name: &str| URL_SAFE_NO_PAD.decode(set["keys"][0][name].as_str().unwrap()).unwrap();
        let verdict = match algorithm {
            Algorithm::RS256 => {
                RsaPublicKeyComponents { n: member("n"), e: member("e") }.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
            }
            Algorithm::PS256 => {
                RsaPublicKeyComponents { n: member("n"), e: member("e") }.verify(&RSA_PSS_2048_8192_SHA256, signed.as_bytes(), &signature)
            }
            Algorithm::ES256 => {
                let point = [vec![4], member("x"), member("y")].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature)
            }
            Algorithm::EdDSA => UnparsedPublicKey::new(&ED25519, member("x")).verify(signed.as_bytes(), &signature),
        };
        assert!(verdict.is_ok(), "{algorithm}");
    }
}

#[test]
fn keys_are_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<KeySet>();
    shared::<Signer>();
    shared::<Sealer>();
}
