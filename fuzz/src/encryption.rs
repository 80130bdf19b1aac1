//! Encrypted tokens.

use std::sync::OnceLock;

use authy::clock::Timestamp;
use authy::entropy::SeededEntropy;
use authy::jose::jwe::{ContentEncryption, Encryption, KeyManagement, encrypt, recipient_key};
use authy::jose::{KeySet, keys};
use authy::sealing::{MasterKey, Sealer};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::text;

const NOW: Timestamp = Timestamp::from_seconds(1_772_366_400);

struct Own {
    keys: KeySet,
    kid: String,
    public_jwk: Value,
}

fn own() -> &'static Own {
    static OWN: OnceLock<Own> = OnceLock::new();
    OWN.get_or_init(|| {
        let entropy = SeededEntropy::new(3);
        let sealer = Sealer::new(&MasterKey::generate(&entropy));
        let pair = keys::generate(keys::KeyKind::Encryption(KeyManagement::EcdhEs), &entropy).expect("a key");
        let (kid, public_jwk) = (pair.kid.clone(), pair.public_jwk.clone());
        let stored = keys::first_keys(vec![pair.seal(&sealer, &entropy)], NOW);
        Own { keys: KeySet::load(&stored, &sealer).expect("our own keys"), kid, public_jwk }
    })
}

fn decrypt(token: &str) -> Option<String> {
    own().keys.decrypt(token, (NOW, &SeededEntropy::new(4))).ok().map(|content| content.expose().clone())
}

/// RFC 7516 §5.2: the bytes as a token; as the five parts of one, a line each, to our key (KID and EPK stand for its id and for a public
/// key of the right kind); and as the content of one that is then changed.
pub fn jwe(data: &[u8]) {
    let raw = text(data);
    assert!(decrypt(&raw).is_none(), "the fuzzer encrypts nothing");
    let epk = json!({ "kty": "EC", "crv": "P-256", "x": own().public_jwk["x"], "y": own().public_jwk["y"] });
    let mut lines = raw.splitn(5, '\n');
    let header = lines.next().unwrap_or_default().replace("KID", &own().kid).replace("\"EPK\"", &epk.to_string());
    let rest: Vec<String> = lines.map(|line| URL_SAFE_NO_PAD.encode(line)).collect();
    let _ = decrypt(&format!("{}.{}", URL_SAFE_NO_PAD.encode(header), rest.join(".")));
    // One of them each time: every one is a key agreement, which takes longer than all the rest.
    let enc = ContentEncryption::ALL[number(&raw) % ContentEncryption::ALL.len()];
    changed(&raw, Encryption { alg: KeyManagement::EcdhEs, enc });
}

/// A number that the input chooses.
fn number(text: &str) -> usize {
    text.bytes().fold(7, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)))
}

/// Whoever changes one letter of a token has none.
fn changed(content: &str, how: Encryption) {
    let key = own().public_jwk.as_object().expect("a key is an object");
    let token = encrypt(key, how, None, content.as_bytes()).expect("our own key");
    if token.len() > 16_000 {
        return;
    }
    assert_eq!(decrypt(&token).as_deref(), Some(content));
    let at = number(content) % token.len();
    let replacement = if token.as_bytes().get(at) == Some(&b'A') { "B" } else { "A" };
    let mut other = token;
    other.replace_range(at..=at, replacement);
    assert!(decrypt(&other).is_none(), "letter {at} may be changed");
}

/// RFC 7516 §5.1: whatever key somebody registers, encrypting to it works or is refused.
pub fn recipient(set: &Value) {
    let keys: Vec<&Map<String, Value>> = set["keys"].as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    for alg in KeyManagement::ALL {
        if let Some(key) = recipient_key(keys.iter().copied(), alg) {
            let _ = encrypt(key, Encryption { alg, enc: ContentEncryption::A128Gcm }, Some("JWT"), b"content");
        }
    }
}
