use serde_json::json;

use super::decryption::{DecryptionKey, decrypt};
use super::*;
use crate::clock::Timestamp;
use crate::entropy::{OsEntropy, SeededEntropy};
use crate::jose::keys::{first_keys, generate};
use crate::jose::{JoseError, KeyKind, KeySet};
use crate::model::signing_key::SigningKey;
use crate::sealing::{MasterKey, Sealer};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const SAYING: &str = "Live long and prosper.";

/// RFC 7517 §A.2.
fn example_key() -> serde_json::Value {
    json!({
        "kty": "EC", "crv": "P-256", "use": "enc",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"
    })
}

fn members(set: &serde_json::Value) -> impl Iterator<Item = &serde_json::Map<String, serde_json::Value>> {
    set["keys"].as_array().unwrap().iter().filter_map(serde_json::Value::as_object)
}

fn example() -> DecryptionKey {
    let stored = SigningKey {
        kid: "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s".to_owned(),
        algorithm: "ECDH-ES".to_owned(),
        public_jwk: example_key(),
        sealed_private_jwk: Vec::new(),
        created_at: NOW,
        signs_from: NOW,
        signs_until: None,
        published_until: None,
    };
    let private = josekit::jwk::Jwk::from_bytes(example_key().to_string()).unwrap();
    DecryptionKey::read(&stored, KeyManagement::EcdhEs, private).unwrap()
}

fn read(key: &DecryptionKey, token: &str) -> Result<String, JoseError> {
    decrypt(std::iter::once(key), token, (NOW, &SeededEntropy::new(1))).map(|text| text.expose().clone())
}

/// With `apu` and `apv`, by another implementation (jwcrypto), to the key above: one for each `enc`.
const OF_OTHERS: [&str; 5] = [
    "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiZXBrIjp7ImNydiI6Il\
     AtMjU2Iiwia3R5IjoiRUMiLCJ4IjoiVV9rWGJJTXJrTWRYeVhncTFpMzRJLVRmWXRnV0k4UUxBOEUxbUtsRmk2MCIsInkiOiI2V3M2MzVPdUNj\
     NVJQUFZoVFk5NElrOHh1dF95cHBUOGM3T1FiaEszM2ZBIn19..buMMmVXKiaRVzo5ASZxTrg.sKLIgWpvKKuFt_A2dQjohxoBJDNk-K4Mr_Woh\
     04vlsw.G21HURwSXWSbG0ytxrWANg",
    "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwiZXBrIjp7ImNydiI6Il\
     AtMjU2Iiwia3R5IjoiRUMiLCJ4IjoiUFA4TDdqVC0yZVBWWTR4XzRKVkpESkp0dmRuUDVXVWE2WXhFT1lhVjU4QSIsInkiOiJtS2Nrd05fcF93\
     VGxiN25vZ05OV0daQlFTbWtPcTRZYlNJX2lQZXROeDJJIn19..elIC5weeLLaFyJHT2n9QMA.XVR05jJ34rwips-SFW2vNBk9x5tWb9Vbn1KeQ\
     bWD5Pc.IyfC1QBQuBdAAJ-uAhP6hQhro6cd0Xrq2QQWX1Rxrd4",
    "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMTI4R0NNIiwiZXBrIjp7ImNydiI6IlAtMjU2Ii\
     wia3R5IjoiRUMiLCJ4IjoiTzRKejJ2bWhwb2ZURmV1ekRwYTBsc0tYeEEzTHpUdE5Id1hDT2xsRnJnMCIsInkiOiJTNi1sQXhFa0NMbnNxczY2\
     LVNzZ05KR3FIelJGV3BQQXZ1Z1p1eFZySFNRIn19..toAYNeI4EVjMNXkT.IIlR6xl0JrSiYwyQ-lFmvqFftXbxrQ.HhbmGIQCGZmW3hBr7knA\
     jQ",
    "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMTkyR0NNIiwiZXBrIjp7ImNydiI6IlAtMjU2Ii\
     wia3R5IjoiRUMiLCJ4IjoieUl3TTIya3NRc3B2ZFJZMFZoN19LbnZBcEpacElpOExhTW8xX0gzVE9ycyIsInkiOiJ3MW80WERWTVJhNzAxVWQt\
     YnNnaFJBbVpFcmhLTl9lYnFmd1JzeWxxUHMwIn19..bH8_6Bs90NFxHjrR.lLH8gD8y4qrSkATBGZrGVU2sYboSxA.6G90dN_ielmtpfaVbrN5\
     oA",
    "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMjU2R0NNIiwiZXBrIjp7ImNydiI6IlAtMjU2Ii\
     wia3R5IjoiRUMiLCJ4IjoieEJzQ0Z6RGE4YldiYUUzQUJ5X2h0SjFDemtaRDY4X205eGtrb3dZMm5oTSIsInkiOiJzWHhteUhTbmo1aVNNTGcx\
     LVpKTVFQNThyWkZtcGJNdHZLcHhPc1hYVjdFIn19..ysKTwvXOWNy6R9Yr.9_7Lcl6Kt1g9cdH9hQQgp7sElDTvOQ.rGD_ttB7uF6FlZia8ofD\
     aw",
];

#[test]
fn what_another_implementation_encrypted_is_read() {
    for token in OF_OTHERS {
        assert_eq!(read(&example(), token).unwrap(), SAYING);
    }
}

#[test]
fn every_way_to_encrypt_round_trips_with_keys_of_ours() {
    let sealer = Sealer::new(&MasterKey::generate(&SeededEntropy::new(1)));
    let pairs = KeyManagement::OWN.map(|alg| generate(KeyKind::Encryption(alg), &OsEntropy).unwrap().seal(&sealer, &OsEntropy));
    let keys = KeySet::load(&first_keys(pairs.into(), NOW), &sealer).unwrap();
    let set = keys.jwks(NOW);
    for alg in KeyManagement::OWN {
        for enc in ContentEncryption::ALL {
            let key = recipient_key(members(&set), alg).unwrap();
            let token = encrypt(key, Encryption { alg, enc }, Some("JWT"), SAYING.as_bytes()).unwrap();
            assert!(is_encrypted(&token));
            assert_eq!(keys.decrypt(&token, (NOW, &OsEntropy)).unwrap().expose(), SAYING, "{alg} {}", enc.as_str());
        }
    }
    assert!(set["keys"].as_array().unwrap().iter().all(|key| key["use"] == "enc" && key.get("d").is_none()), "{set}");
}

#[test]
fn a_changed_or_shortened_part_is_refused_and_nothing_panics() {
    for token in OF_OTHERS {
        let parts: Vec<&str> = token.split('.').collect();
        for place in 0..5 {
            for change in ["", "AA", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAA", "!"] {
                let mut changed = parts.clone();
                changed[place] = change;
                if changed != parts {
                    assert!(read(&example(), &changed.join(".")).is_err(), "part {place} as {change:?}");
                }
            }
        }
        let tag = parts[4];
        for length in [1, 4, 8, 12, 16, 20] {
            let shorter = format!("{}.{}", parts[..4].join("."), &tag[..length.min(tag.len() - 2)]);
            assert!(read(&example(), &shorter).is_err(), "GCM itself would take a tag of {length} characters");
        }
        let flipped = token.replacen(parts[3], &parts[3].chars().rev().collect::<String>(), 1);
        assert!(read(&example(), &flipped).is_err());
    }
}

fn with_header(header: &serde_json::Value) -> String {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{encoded}.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA")
}

#[test]
fn compressed_content_passwords_and_keys_of_others_are_refused_before_anything_is_computed() {
    let epk = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"});
    let cases = [
        (json!({"alg": "ECDH-ES", "enc": "A128GCM", "epk": epk, "zip": "DEF"}), JoseError::Malformed("the content is compressed")),
        (json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2_147_483_647, "p2s": "AAAA"}), JoseError::Algorithm),
        (json!({"alg": "dir", "enc": "A128GCM"}), JoseError::Algorithm),
        (json!({"alg": "RSA1_5", "enc": "A128GCM"}), JoseError::Algorithm),
        (json!({"alg": "ECDH-ES", "enc": "none", "epk": epk}), JoseError::Algorithm),
        (json!({"alg": "RSA-OAEP-256", "enc": "A128GCM"}), JoseError::UnknownKey),
        (json!({"alg": "ECDH-ES", "enc": "A128GCM", "epk": epk, "kid": "../../dev/null"}), JoseError::UnknownKey),
        (json!({"alg": "ECDH-ES", "enc": "A128GCM", "epk": epk, "kid": 7}), JoseError::UnknownKey),
        (json!({"alg": "ECDH-ES", "enc": "A128GCM", "epk": epk, "crit": []}), JoseError::Malformed("the header has critical extensions")),
        (json!({"alg": "ECDH-ES", "enc": "A128GCM", "epk": epk}), JoseError::Decryption),
        (json!({"alg": "ECDH-ES", "enc": "A128GCM"}), JoseError::Decryption),
    ];
    for (header, expected) in cases {
        assert_eq!(read(&example(), &with_header(&header)).unwrap_err(), expected, "{header}");
    }
    assert!(read(&example(), &"A".repeat(decryption::MAX_BYTES + 1)).is_err());
}

#[test]
fn the_recipients_key_is_chosen_by_type_use_and_algorithm() {
    let (rsa, ec) = (json!({"kty": "RSA", "n": "AQ", "e": "AQAB"}), example_key());
    let with = |key: &serde_json::Value, more: serde_json::Value| {
        let mut key = key.clone();
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    };
    let set = json!({"keys": [
        with(&rsa, json!({"use": "sig", "kid": "signs"})),
        with(&rsa, json!({"kid": "any"})),
        with(&rsa, json!({"use": "enc", "alg": "RSA-OAEP", "kid": "other"})),
        with(&rsa, json!({"use": "enc", "kid": "encrypts"})),
        with(&ec, json!({"alg": "ES256", "kid": "es256"})),
        with(&ec, json!({"key_ops": ["verify"], "kid": "verifies"})),
        with(&ec, json!({"alg": "ECDH-ES+A128KW", "kid": "agrees"})),
        json!("no key"),
    ]});
    let chosen = |alg| recipient_key(members(&set), alg).and_then(|key| key["kid"].as_str());
    assert_eq!(chosen(KeyManagement::RsaOaep256), Some("encrypts"));
    assert_eq!(chosen(KeyManagement::EcdhEsA128Kw), Some("agrees"));
    assert_eq!(chosen(KeyManagement::EcdhEs), None);
    let how = Encryption::registered(Some("RSA-OAEP-256"), None).unwrap();
    assert_eq!(how.enc, ContentEncryption::A128CbcHs256);
    let weak = recipient_key(members(&set), how.alg).unwrap();
    assert_eq!(encrypt(weak, how, None, b"x"), Err(JoseError::Recipient), "an RSA key below 2048 bits");
    assert_eq!(Encryption::registered(None, Some("A256GCM")), None);
    assert_eq!(Encryption::registered(Some("ECDH-ES"), Some("A256KW")), None);
}

#[test]
fn a_key_whose_successor_is_in_use_is_no_longer_offered_but_still_opens() {
    let mut key = example();
    key.stored.signs_until = Some(NOW);
    assert!(!key.is_offered(NOW));
    assert_eq!(read(&key, OF_OTHERS[0]).unwrap(), SAYING);
    key.stored.published_until = Some(NOW);
    assert_eq!(read(&key, OF_OTHERS[0]), Err(JoseError::UnknownKey));
}

#[test]
fn registration_knows_the_same_names() {
    use crate::spec::client_metadata::{ENCRYPTION_ALGORITHMS, ENCRYPTION_METHODS};
    assert_eq!(KeyManagement::ALL.map(KeyManagement::as_str), ENCRYPTION_ALGORITHMS);
    assert_eq!(ContentEncryption::ALL.map(ContentEncryption::as_str), ENCRYPTION_METHODS);
}
