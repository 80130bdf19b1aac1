//! Tokens and assertions: as they come, and with the bytes as header and claims under a signature that is good, so that what reads them
//! after it is reached too.

use std::sync::OnceLock;

use authy::clock::Timestamp;
use authy::entropy::SeededEntropy;
use authy::jose::client_keys::{ClientKeys, verify_with_secret};
use authy::jose::compact::unverified_claims;
use authy::jose::embedded;
use authy::jose::verify::{self, Expect, Expiry, Typ};
use authy::jose::{Algorithm, KeySet, keys};
use authy::model::client::Profile;
use authy::sealing::{MasterKey, Purpose, Sealer};
use authy::spec::{client_assertion, dpop, jwt_bearer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{EdDSA, HS256, JwsSigner};
use serde_json::{Map, Value, json};

use super::{text, two};

const ISSUER: &str = "https://id.example";
const NOW: Timestamp = Timestamp::from_seconds(1_772_366_400);
const SECRET: &str = "a secret of thirty-two characters";

struct Own {
    sealer: Sealer,
    keys: KeySet,
    kid: String,
    client_keys: ClientKeys,
    public_jwk: Value,
    signer: Box<dyn JwsSigner>,
}

/// One Ed25519 key, the same in every run, in the part of authy's own and in that of a client's.
fn own() -> &'static Own {
    static OWN: OnceLock<Own> = OnceLock::new();
    OWN.get_or_init(|| {
        let entropy = SeededEntropy::new(1);
        let sealer = Sealer::new(&MasterKey::generate(&entropy));
        let pair = keys::generate(Algorithm::EdDSA, &entropy).expect("a key");
        let client_keys = ClientKeys::registered(&json!({ "keys": [pair.public_jwk] })).expect("a key set");
        let signer = EdDSA.signer_from_jwk(&Jwk::from_bytes(pair.private_jwk.expose()).expect("a key")).expect("a signer");
        let public_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": pair.public_jwk["x"] });
        let (kid, sealed) = (pair.kid.clone(), pair.seal(&sealer, &entropy));
        let keys = KeySet::load(&keys::first_keys(vec![sealed], NOW), &sealer).expect("our own keys");
        Own { sealer, keys, kid, client_keys, public_jwk, signer: Box::new(signer) }
    })
}

/// Header and claims under a signature of that key. In the header the word KID stands for its id, and "JWK" for the key.
fn signed(header: &str, claims: &str) -> String {
    let header = header.replace("KID", &own().kid).replace("\"JWK\"", &own().public_jwk.to_string());
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = own().signer.sign(message.as_bytes()).expect("a signature");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// RFC 8725: a token that authy did not sign is never believed, and one that it signed only for what it is and while it lives.
pub fn own_token(data: &[u8]) {
    let token = text(data);
    let (header, claims) = two(data);
    let token_with_our_signature = signed(&header, &claims);
    let mut believed = 0;
    for typ in [Typ::IdToken, Typ::AccessToken] {
        let expect = Expect { issuer: ISSUER, typ, expiry: Expiry::Refused, now: NOW };
        assert!(verify::verify(&own().keys, &token, expect).is_err(), "nobody has our key");
        let _ = verify::verify(&own().keys, &token_with_our_signature, Expect { expiry: Expiry::Overlooked, ..expect });
        if let Ok(claims) = verify::verify(&own().keys, &token_with_our_signature, expect) {
            believed += 1;
            assert_eq!(claims.get("iss").and_then(Value::as_str), Some(ISSUER));
            assert!(
                claims.get("exp").and_then(Value::as_i64).is_some_and(|end| end > NOW.as_seconds()),
                "without an end nothing is believed"
            );
        }
    }
    assert!(believed < 2, "no token is two kinds");
}

/// RFC 7515 §5.2: a token that a client signed.
pub fn client_token(data: &[u8]) {
    let token = text(data);
    let _ = unverified_claims(&token);
    assert!(own().client_keys.verify(&token, &Algorithm::ALL).is_err(), "nobody has the client's key");
    let (header, claims) = two(data);
    if let Ok(believed) = own().client_keys.verify(&signed(&header, &claims), &Algorithm::ALL) {
        assert_eq!(believed.header.get("alg").and_then(Value::as_str), Some("EdDSA"));
        assert!(["jwk", "jku", "x5u", "crit", "b64"].iter().all(|member| !believed.header.contains_key(*member)));
        check_assertion(&believed.claims);
    }
    with_a_secret(&header, &claims);
}

fn with_a_secret(header: &str, claims: &str) {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = HS256.signer_from_bytes(SECRET).expect("a key").sign(message.as_bytes()).expect("a signature");
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    let _ = verify_with_secret(&token, SECRET);
    assert!(verify_with_secret(&token, "another secret of the same length").is_err());
}

/// RFC 9449 §4.3: a proof as it comes, and one whose signature is good.
pub fn dpop_proof(data: &[u8]) {
    let _ = embedded::verify(&text(data));
    let (header, claims) = two(data);
    let Ok(proof) = embedded::verify(&signed(&header, &claims)) else { return };
    let urls = ["https://id.example/oauth2/token".to_owned()];
    let expected = dpop::Expected { method: "POST", urls: &urls, access_token: Some("at"), now: NOW };
    if dpop::check_type(&proof.header).is_ok() && dpop::check(&proof.claims, expected).is_ok() {
        assert_eq!(proof.claims.get("htm").and_then(Value::as_str), Some("POST"));
        assert!(proof.claims.contains_key("ath"), "a proof without the hash of the token is for no resource");
    }
}

/// RFC 7523 §3: the claims of an assertion whose signature was good, of a client and of an issuer that is trusted.
pub fn assertion_claims(data: &[u8]) {
    if let Ok(Value::Object(claims)) = serde_json::from_slice::<Value>(data) {
        check_assertion(&claims);
        if jwt_bearer::check(&claims, "https://issuer.example", &[ISSUER.to_owned()], NOW).is_ok() {
            assert_eq!(jwt_bearer::claimed_issuer(&claims), Some("https://issuer.example"));
            assert!(claims.contains_key("sub") && claims.contains_key("aud") && claims.contains_key("exp") && claims.contains_key("jti"));
        }
    }
}

fn check_assertion(claims: &Map<String, Value>) {
    let _ = client_assertion::claimed_client(claims);
    let endpoints = ["https://id.example/oauth2/token".to_owned()];
    for profile in [Profile::Oauth21, Profile::Fapi1, Profile::Fapi2] {
        let expect = client_assertion::Expect { client_id: "c1", issuer: ISSUER, endpoints: &endpoints, profile, now: NOW };
        if client_assertion::check(claims, &expect).is_ok() {
            assert_eq!(claims.get("sub").and_then(Value::as_str), Some("c1"));
            assert!(claims.contains_key("aud") && claims.contains_key("exp") && claims.contains_key("jti"));
        }
    }
}

/// What travels sealed through browsers opens for nobody who changed it.
pub fn sealed(data: &[u8]) {
    let sealer = &own().sealer;
    let presented = text(data);
    for purpose in Purpose::ALL {
        assert!(sealer.open_text(*purpose, "at_", &presented).is_none(), "nobody has our key");
        assert!(sealer.open(*purpose, data).is_none());
    }
    let sealed = sealer.seal(Purpose::Logout, data, &SeededEntropy::new(2));
    assert_eq!(sealer.open(Purpose::Logout, &sealed).as_deref(), Some(data));
    assert!(sealer.open(Purpose::Transaction, &sealed).is_none());
}
