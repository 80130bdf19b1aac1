use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;
use crate::entropy::{OsEntropy, SeededEntropy};
use crate::jose::compact::MAX_BYTES;
use crate::jose::keys::{first_keys, generate};
use crate::sealing::{MasterKey, Sealer};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const ISSUER: &str = "https://id.example";
const ID_TOKEN: Expect<'static> = Expect { issuer: ISSUER, typ: Typ::IdToken, expiry: Expiry::Refused, now: NOW };

static KEYS: LazyLock<KeySet> = LazyLock::new(make_keys);

fn make_keys() -> KeySet {
    let sealer = Sealer::new(&MasterKey::generate(&SeededEntropy::new(1)));
    let pairs = Algorithm::ALL.into_iter().map(|algorithm| generate(algorithm, &OsEntropy).unwrap().seal(&sealer, &OsEntropy));
    KeySet::load(&first_keys(pairs.collect(), NOW), &sealer).unwrap()
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "ada", "exp": 1_800_000_060, "iat": 1_800_000_000})
}

fn sign(algorithm: Algorithm, typ: Option<&str>, claims: &Value) -> String {
    KEYS.signer(algorithm, NOW).unwrap().sign(typ, claims).unwrap()
}

/// Signs any header and payload with the right key, as only authy could.
fn forge(header: &str, payload: &str) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = KEYS.signer(Algorithm::EdDSA, NOW).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(key.sign_raw(text.as_bytes()).unwrap()))
}

fn header(rest: &str) -> String {
    format!(r#"{{"alg":"EdDSA","kid":"{}"{rest}}}"#, KEYS.signer(Algorithm::EdDSA, NOW).unwrap().kid)
}

#[test]
fn every_algorithm_verifies_what_it_signed_in_the_order_it_was_given() {
    for algorithm in Algorithm::ALL {
        let token = sign(algorithm, Some("JWT"), &claims());
        assert_eq!(verify(&KEYS, &token, ID_TOKEN).map(Value::Object), Ok(claims()), "{algorithm}");
        let header = String::from_utf8(URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
        let kid = &KEYS.signer(algorithm, NOW).unwrap().kid;
        assert_eq!(header, format!(r#"{{"alg":"{algorithm}","kid":"{kid}","typ":"JWT"}}"#));
    }
}

#[test]
fn a_changed_cut_or_extended_token_is_refused() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let token = sign(algorithm, None, &claims());
        for place in 0..token.len() {
            for character in ["A", "B", "-", ".", "=", "+"] {
                let other = format!("{}{character}{}", &token[..place], &token[place + 1..]);
                assert!(other == token || verify(&KEYS, &other, ID_TOKEN).is_err(), "{algorithm}: {character} at {place}");
            }
            assert!(verify(&KEYS, &token[..place], ID_TOKEN).is_err(), "{algorithm}: cut at {place}");
        }
        for added in ["A", "=", "==", ".", ".e30", " ", "\n", "\0"] {
            assert!(verify(&KEYS, &format!("{token}{added}"), ID_TOKEN).is_err(), "{algorithm}: {added:?} added");
        }
    }
}

#[test]
fn one_signature_has_one_spelling() {
    // 64 bytes leave four stray bits in the last character: only one of its 16 spellings counts.
    let token = sign(Algorithm::EdDSA, None, &claims());
    let spellings = ('A'..='Z').chain('a'..='z').chain('0'..='9').map(|last| format!("{}{last}", &token[..token.len() - 1]));
    assert_eq!(spellings.filter(|token| verify(&KEYS, token, ID_TOKEN).is_ok()).count(), 1);
}

#[test]
fn empty_zero_and_short_signatures_are_refused_without_a_panic() {
    for algorithm in Algorithm::ALL {
        let token = sign(algorithm, None, &claims());
        let signed = token.rsplit_once('.').unwrap().0;
        for length in [0, 1, 31, 32, 63, 64, 65, 255, 256, 257, 1000] {
            for byte in [0_u8, 1, 0x7f, 0xff] {
                let signature = URL_SAFE_NO_PAD.encode(vec![byte; length]);
                assert_eq!(verify(&KEYS, &format!("{signed}.{signature}"), ID_TOKEN), Err(JoseError::Signature), "{algorithm} {length}");
            }
        }
    }
}

#[test]
fn the_key_decides_the_algorithm_never_the_header() {
    let token = sign(Algorithm::RS256, None, &claims());
    let (_, rest) = token.split_once('.').unwrap();
    let kid = &KEYS.signer(Algorithm::RS256, NOW).unwrap().kid;
    for alg in [r#""none""#, r#""HS256""#, r#""PS256""#, r#""ES256""#, r#""rs256""#, "null", "1", r#"["RS256"]"#] {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":{alg},"kid":"{kid}"}}"#));
        assert_eq!(verify(&KEYS, &format!("{header}.{rest}"), ID_TOKEN), Err(JoseError::Algorithm), "{alg}");
    }
    let without = URL_SAFE_NO_PAD.encode(format!(r#"{{"kid":"{kid}"}}"#));
    assert_eq!(verify(&KEYS, &format!("{without}.{rest}"), ID_TOKEN), Err(JoseError::Algorithm));
}

#[test]
fn a_missing_foreign_or_withdrawn_key_is_refused() {
    let payload = claims().to_string();
    for kid in [r#""../../dev/null""#, r#""' OR 1=1""#, r#""""#, "7", "null"] {
        let token = forge(&format!(r#"{{"alg":"EdDSA","kid":{kid}}}"#), &payload);
        assert_eq!(verify(&KEYS, &token, ID_TOKEN), Err(JoseError::UnknownKey), "{kid}");
    }
    assert_eq!(verify(&KEYS, &forge(r#"{"alg":"EdDSA"}"#, &payload), ID_TOKEN), Err(JoseError::UnknownKey));
    let sealer = Sealer::new(&MasterKey::generate(&SeededEntropy::new(1)));
    let pair = || vec![generate(Algorithm::EdDSA, &OsEntropy).unwrap().seal(&sealer, &OsEntropy)];
    let mut stored = first_keys(pair(), NOW);
    let token = KeySet::load(&stored, &sealer).unwrap().signer(Algorithm::EdDSA, NOW).unwrap().sign(None, &claims()).unwrap();
    stored.iter_mut().for_each(|old| old.published_until = Some(NOW + Duration::from_secs(9)));
    stored.extend(first_keys(pair(), NOW + Duration::from_secs(9)));
    let keys = KeySet::load(&stored, &sealer).unwrap();
    let at = |seconds| Expect { now: NOW + Duration::from_secs(seconds), ..ID_TOKEN };
    assert!(verify(&keys, &token, at(8)).is_ok());
    assert_eq!(verify(&keys, &token, at(9)), Err(JoseError::UnknownKey));
    let other = make_keys();
    assert_eq!(verify(&other, &sign(Algorithm::EdDSA, None, &claims()), ID_TOKEN), Err(JoseError::UnknownKey));
}

#[test]
fn critical_extensions_and_duplicate_members_are_refused() {
    let payload = claims().to_string();
    assert!(verify(&KEYS, &forge(&header(""), &payload), ID_TOKEN).is_ok());
    for rest in [r#","crit":["b64"],"b64":true"#, r#","crit":[]"#, r#","alg":"EdDSA""#, r#","x":{"a":1,"a":1}"#] {
        assert!(matches!(verify(&KEYS, &forge(&header(rest), &payload), ID_TOKEN), Err(JoseError::Malformed(_))), "{rest}");
    }
    for rest in [r#","sub":"eve""#, r#","a":[{"b":1,"b":2}]"#] {
        let payload = format!("{}{rest}}}", payload.trim_end_matches('}'));
        assert!(matches!(verify(&KEYS, &forge(&header(""), &payload), ID_TOKEN), Err(JoseError::Malformed(_))), "{rest}");
    }
}

#[test]
fn an_id_token_is_no_access_token_and_the_reverse() {
    let access = Expect { typ: Typ::AccessToken, ..ID_TOKEN };
    for (typ, as_id_token, as_access_token) in
        [(None, true, false), (Some("JWT"), true, false), (Some("at+jwt"), false, true), (Some("logout+jwt"), false, false)]
    {
        let token = sign(Algorithm::EdDSA, typ, &claims());
        assert_eq!(verify(&KEYS, &token, ID_TOKEN).is_ok(), as_id_token, "{typ:?}");
        assert_eq!(verify(&KEYS, &token, access).is_ok(), as_access_token, "{typ:?}");
    }
    assert_eq!(verify(&KEYS, &forge(&header(r#","typ":1"#), &claims().to_string()), ID_TOKEN), Err(JoseError::Unexpected("typ")));
}

#[test]
fn issuer_and_times_are_demanded_in_their_type() {
    for (name, value) in [
        ("iss", json!("https://id.example/")),
        ("iss", json!(null)),
        ("exp", json!("1800000060")),
        ("exp", json!(1_800_000_060.0)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(null)),
        ("iat", json!(1.5)),
        ("iat", json!(true)),
    ] {
        let mut wrong = claims();
        wrong[name] = value.clone();
        assert_eq!(verify(&KEYS, &sign(Algorithm::EdDSA, None, &wrong), ID_TOKEN), Err(JoseError::Unexpected(name)), "{name} {value}");
        wrong.as_object_mut().unwrap().remove(name);
        assert_eq!(verify(&KEYS, &sign(Algorithm::EdDSA, None, &wrong), ID_TOKEN), Err(JoseError::Unexpected(name)), "no {name}");
    }
    let huge = forge(&header(""), &format!(r#"{{"iss":"{ISSUER}","exp":1e400,"iat":1}}"#));
    assert!(matches!(verify(&KEYS, &huge, ID_TOKEN), Err(JoseError::Malformed(_))));
}

#[test]
fn an_expired_token_is_accepted_only_where_the_caller_says_so() {
    let token = sign(Algorithm::EdDSA, None, &claims());
    let at = |seconds, expiry| Expect { now: NOW + Duration::from_secs(seconds), expiry, ..ID_TOKEN };
    assert!(verify(&KEYS, &token, at(59, Expiry::Refused)).is_ok());
    assert_eq!(verify(&KEYS, &token, at(60, Expiry::Refused)), Err(JoseError::Expired));
    assert!(verify(&KEYS, &token, at(60, Expiry::Overlooked)).is_ok());
}

#[test]
fn junk_is_refused_without_a_panic() {
    let long = format!("{}.e30.AA", "A".repeat(MAX_BYTES));
    for junk in ["", ".", "..", "...", "a.b.c", "e30.e30.", "e30.e30.e30", "é.é.é", "=.=.=", "bnVsbA.bnVsbA.bnVsbA", &long] {
        assert!(verify(&KEYS, junk, ID_TOKEN).is_err(), "{}", junk.chars().take(40).collect::<String>());
    }
}
