use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use josekit::jws::{self, JwsSigner as _};
use serde_json::json;

use super::*;
use crate::entropy::OsEntropy;
use crate::jose::keys::{KeyPair, generate};

const ALL: &[Algorithm] = &Algorithm::ALL;

fn pair(algorithm: Algorithm) -> KeyPair {
    generate(algorithm, &OsEntropy).unwrap()
}

static ED: LazyLock<KeyPair> = LazyLock::new(|| pair(Algorithm::EdDSA));
static EC: LazyLock<KeyPair> = LazyLock::new(|| pair(Algorithm::ES256));
static RSA: LazyLock<KeyPair> = LazyLock::new(|| pair(Algorithm::RS256));

/// The public half without `alg` and `use`, as many clients publish it.
fn bare(pair: &KeyPair) -> Value {
    let mut jwk = pair.public_jwk.clone();
    jwk.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "alg" | "use"));
    jwk
}

fn keys(jwks: &[Value]) -> ClientKeys {
    ClientKeys::registered(&json!({ "keys": jwks })).unwrap()
}

fn sign(pair: &KeyPair, algorithm: Algorithm, header: &Value) -> String {
    let jwk = josekit::jwk::Jwk::from_bytes(pair.private_jwk.expose()).unwrap();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", encode(header), encode(&json!({ "iss": "c" })));
    let signature = match algorithm {
        Algorithm::RS256 => jws::RS256.signer_from_jwk(&jwk).unwrap().sign(input.as_bytes()),
        Algorithm::PS256 => jws::PS256.signer_from_jwk(&jwk).unwrap().sign(input.as_bytes()),
        Algorithm::ES256 => jws::ES256.signer_from_jwk(&jwk).unwrap().sign(input.as_bytes()),
        Algorithm::EdDSA => jws::EdDSA.signer_from_jwk(&jwk).unwrap().sign(input.as_bytes()),
    };
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap()))
}

fn hs256(secret: &[u8], header: &Value) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(r#"{"iss":"c"}"#));
    let signature = jws::HS256.signer_from_bytes(secret).unwrap().sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_signature_of_each_kind_is_verified_by_its_key() {
    let set = keys(&[bare(&ED), bare(&EC), bare(&RSA)]);
    for (pair, algorithm) in [(&*ED, Algorithm::EdDSA), (&*EC, Algorithm::ES256), (&*RSA, Algorithm::RS256), (&*RSA, Algorithm::PS256)] {
        let token = sign(pair, algorithm, &json!({ "alg": algorithm.as_str(), "kid": pair.kid }));
        assert_eq!(set.verify(&token, ALL).unwrap().algorithm, algorithm);
        let others: Vec<Algorithm> = ALL.iter().copied().filter(|other| *other != algorithm).collect();
        assert_eq!(set.verify(&token, &others), Err(JoseError::Algorithm), "{algorithm} is not allowed");
        let crossed = sign(pair, algorithm, &json!({ "alg": algorithm.as_str(), "kid": ED.kid }));
        assert_eq!(set.verify(&crossed, ALL).is_ok(), algorithm == Algorithm::EdDSA, "{algorithm} under the name of another key");
    }
    let mut named = bare(&ED);
    for (own, alg, fits) in
        [("Ed25519", "EdDSA", true), ("EdDSA", "Ed25519", true), ("Ed25519", "Ed25519", true), ("ES256", "Ed25519", false)]
    {
        named["alg"] = json!(own); // RFC 9864 §2.2
        let token = sign(&ED, Algorithm::EdDSA, &json!({ "alg": alg }));
        assert_eq!(keys(std::slice::from_ref(&named)).verify(&token, ALL).is_ok(), fits, "{own} {alg}");
    }
    let pinned = keys(std::slice::from_ref(&RSA.public_jwk));
    assert!(pinned.verify(&sign(&RSA, Algorithm::RS256, &json!({ "alg": "RS256" })), ALL).is_ok());
    assert_eq!(pinned.verify(&sign(&RSA, Algorithm::PS256, &json!({ "alg": "PS256" })), ALL), Err(JoseError::Algorithm));
}

#[test]
fn the_header_is_no_source_of_keys_or_algorithms() {
    let set = keys(&[bare(&ED), bare(&EC)]);
    let one = keys(&[bare(&RSA)]);
    let public = RSA.public_jwk.to_string();
    for alg in ["none", "None", "HS256", "HS512", "RS512", "", "eddsa"] {
        assert!(one.verify(&hs256(public.as_bytes(), &json!({ "alg": alg })), ALL).is_err(), "{alg}");
    }
    let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(r#"{"iss":"c"}"#));
    assert!(one.verify(&none, ALL).is_err());
    for kid in [json!("../../dev/null"), json!("' OR 1=1"), json!("x".repeat(10_000)), json!(""), json!(1), json!(null)] {
        assert!(set.verify(&sign(&ED, Algorithm::EdDSA, &json!({ "alg": "EdDSA", "kid": kid })), ALL).is_err(), "{kid}");
    }
    assert_eq!(set.verify(&sign(&ED, Algorithm::EdDSA, &json!({ "alg": "EdDSA" })), ALL), Err(JoseError::UnknownKey), "two keys, no kid");
    let eve = pair(Algorithm::EdDSA);
    for member in [
        json!({ "jwk": eve.public_jwk }),
        json!({ "jku": "https://evil.example/jwks" }),
        json!({ "x5u": "https://evil.example/" }),
        json!({ "x5c": ["AA"] }),
        json!({ "crit": ["exp"] }),
        json!({ "b64": false }),
    ] {
        let mut header = json!({ "alg": "EdDSA", "kid": ED.kid });
        header.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        assert!(set.verify(&sign(&eve, Algorithm::EdDSA, &header), ALL).is_err(), "{member}");
    }
}

#[test]
fn a_signature_that_is_bent_does_not_fit() {
    let set = keys(&[bare(&EC)]);
    let token = sign(&EC, Algorithm::ES256, &json!({ "alg": "ES256" }));
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let with = |bytes: &[u8]| format!("{input}.{}", URL_SAFE_NO_PAD.encode(bytes));
    assert!(set.verify(&with(&signature), ALL).is_ok());
    let half = |range: std::ops::Range<usize>| {
        signature.iter().enumerate().map(|(n, byte)| if range.contains(&n) { 0 } else { *byte }).collect::<Vec<_>>()
    };
    for bent in
        [vec![0; 64], half(0..32), half(32..64), [&signature[..], &[0]].concat(), signature[..63].to_vec(), Vec::new(), vec![0xff; 64]]
    {
        assert!(set.verify(&with(&bent), ALL).is_err(), "{} bytes", bent.len());
    }
}

#[test]
fn what_proves_nothing_is_not_registered() {
    let refused = |jwk: Value| ClientKeys::registered(&json!({ "keys": [jwk] })).is_err();
    let point = |bytes: [u8; 32]| json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(bytes) });
    let (mut one, mut negative) = ([0; 32], [0; 32]);
    one[0] = 1;
    negative[0] = 1;
    negative[31] = 0x80;
    assert!(refused(point([0; 32])) && refused(point(one)) && refused(point(negative)));
    let rsa = |n: &[u8], e: &[u8]| json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e) });
    assert!(refused(rsa(&[0xff; 128], &[1, 0, 1])) && refused(rsa(&[0xff; 255], &[1, 0, 1])) && refused(rsa(&[0xff; 2048], &[1, 0, 1])));
    assert!(refused(rsa(&[0xff; 256], &[1])) && refused(rsa(&[0xff; 256], &[2])) && refused(rsa(&[], &[])));
    let even = [&[0xff; 255][..], &[0xfe]].concat();
    assert!(refused(rsa(&even, &[1, 0, 1])) && !refused(rsa(&[0xff; 256], &[1, 0, 1])));
    for wrong in [
        serde_json::from_str(ED.private_jwk.expose()).unwrap(),
        json!({ "kty": "oct", "k": "AAAA" }),
        json!({ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" }),
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode([1; 32]), "y": URL_SAFE_NO_PAD.encode([1; 32]) }),
        json!({ "kty": "EC", "crv": "P-256", "x": "AA" }),
        json!({ "kty": "PQ" }),
        json!({}),
        json!([]),
        json!(null),
    ] {
        assert!(refused(wrong.clone()), "{wrong}");
        assert!(ClientKeys::fetched(&json!({ "keys": [wrong] })).unwrap().0.is_empty(), "a fetched set leaves it out");
    }
    for set in [json!({}), json!({ "keys": [] }), json!({ "keys": {} }), json!([]), json!({ "keys": [bare(&ED), bare(&ED)] })] {
        assert!(ClientKeys::registered(&set).is_err(), "{set}");
    }
    let mut encryption = bare(&EC);
    encryption["use"] = json!("enc");
    let set = keys(&[encryption]);
    assert_eq!(set.verify(&sign(&EC, Algorithm::ES256, &json!({ "alg": "ES256", "kid": EC.kid })), ALL), Err(JoseError::UnknownKey));
}

#[test]
fn of_a_set_for_one_request_only_the_key_that_is_named_is_made() {
    let coordinate = URL_SAFE_NO_PAD.encode([1_u8; 32]);
    let off_the_curve = json!({ "kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate, "kid": "off" });
    let shared = json!({ "kty": "oct", "k": "AAAA" });
    let set = ClientKeys::for_one_request(&json!({ "keys": [off_the_curve, bare(&EC), shared] })).unwrap();
    assert_eq!(set.iter().filter_map(ClientKey::kid).collect::<Vec<_>>(), ["off", EC.kid.as_str()], "what is seen without making it");
    assert!(set.verify(&sign(&EC, Algorithm::ES256, &json!({ "alg": "ES256", "kid": EC.kid })), ALL).is_ok());
    let named = sign(&EC, Algorithm::ES256, &json!({ "alg": "ES256", "kid": "off" }));
    assert!(matches!(set.verify(&named, ALL), Err(JoseError::Key(_))));
    assert_eq!(set.verify(&sign(&EC, Algorithm::ES256, &json!({ "alg": "ES256", "kid": "x" })), ALL), Err(JoseError::UnknownKey));
}

#[test]
fn of_a_key_only_that_is_kept_which_somebody_reads() {
    let mut published = bare(&EC);
    for number in 0..500 {
        published[format!("m{number}")] = json!({ "a": [1, 2, 3] });
    }
    published["key_ops"] = Value::from(vec!["verify"; 1_000]);
    published["x5c"] = json!([STANDARD.encode(b"abc"), "x".repeat(10_000)]);
    let set = ClientKeys::fetched(&json!({ "keys": [published] })).unwrap();
    let key = set.iter().next().unwrap();
    let kept: Vec<&str> = key.jwk().keys().map(String::as_str).collect();
    assert!(kept.iter().all(|name| ["kty", "crv", "x", "y", "kid", "use", "alg", "key_ops", "x5t#S256"].contains(name)), "{kept:?}");
    assert_eq!(
        (&key.jwk()["key_ops"], &key.jwk()["x5t#S256"]),
        (&json!(["verify"]), &json!("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"))
    );
    assert!(set.weight() < 2_500, "{}", set.weight());
    let mut long = bare(&EC);
    long["kid"] = "k".repeat(2_000).into();
    assert!(ClientKeys::registered(&json!({ "keys": [long] })).is_err());
    let mut unreadable = bare(&EC);
    unreadable["x5c"] = json!(["?"]);
    let set = keys(&[unreadable]);
    assert_eq!(set.iter().next().unwrap().jwk()["x5t#S256"], "", "the thumbprint of no certificate");
}

#[test]
fn a_shared_secret_signs_with_hs256_alone() {
    let secret = "cs_0123456789012345678901234567890123456789012";
    assert!(verify_with_secret(&hs256(secret.as_bytes(), &json!({ "alg": "HS256" })), secret).is_ok());
    for (used, alg) in [("another secret that is long enough for this", "HS256"), (secret, "none"), (secret, "HS384"), (secret, "RS256")] {
        assert!(verify_with_secret(&hs256(used.as_bytes(), &json!({ "alg": alg })), secret).is_err(), "{alg}");
    }
    assert!(verify_with_secret(&hs256(secret.as_bytes(), &json!({ "alg": "HS256", "jku": "x" })), secret).is_err());
    assert!(verify_with_secret("a.b.c", "short").is_err());
}
