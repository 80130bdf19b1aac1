//! What authy encrypts by key agreement is read by another implementation: the steps of RFC 7518 §4.6 and RFC 7516 §5.2 written out, on
//! OpenSSL's own primitives. The steps are proven with the examples of the RFCs first.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::aes::{AesKey, unwrap_key};
use openssl::bn::BigNum;
use openssl::derive::Deriver;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private, Public};
use openssl::symm::{Cipher, decrypt_aead};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{ContentEncryption, Encryption, KeyManagement, encrypt};

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn member(value: &Value, name: &str) -> Vec<u8> {
    decode(value[name].as_str().unwrap_or_default())
}

fn public(jwk: &Value) -> PKey<Public> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let number = |name| BigNum::from_slice(&member(jwk, name)).unwrap();
    PKey::from_ec_key(EcKey::from_public_key_affine_coordinates(&group, &number("x"), &number("y")).unwrap()).unwrap()
}

fn private(jwk: &Value) -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let own = public(jwk);
    let scalar = BigNum::from_slice(&member(jwk, "d")).unwrap();
    PKey::from_ec_key(EcKey::from_private_components(&group, &scalar, own.ec_key().unwrap().public_key()).unwrap()).unwrap()
}

/// RFC 7518 §4.6.2: the first bits of SHA-256(1, Z, AlgorithmID, PartyUInfo, PartyVInfo, SuppPubInfo); enough for 256 of them.
fn agreed(own: &PKey<Private>, other: &PKey<Public>, (id, apu, apv): (&str, &[u8], &[u8]), length: usize) -> Vec<u8> {
    let mut deriver = Deriver::new(own).unwrap();
    deriver.set_peer(other).unwrap();
    let mut hash = Sha256::new();
    hash.update(1_u32.to_be_bytes());
    hash.update(deriver.derive_to_vec().unwrap());
    for part in [id.as_bytes(), apu, apv] {
        hash.update(u32::try_from(part.len()).unwrap().to_be_bytes());
        hash.update(part);
    }
    hash.update(u32::try_from(length * 8).unwrap().to_be_bytes());
    hash.finalize()[..length].to_vec()
}

/// RFC 3394 §2.2.2.
fn unwrapped(wrapping: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut key = vec![0; wrapped.len() - 8];
    unwrap_key(&AesKey::new_decrypt(wrapping).unwrap(), None, &mut key, wrapped).ok()?;
    Some(key)
}

/// RFC 7516 §5.2, for a content encryption by AES-GCM.
fn read(token: &str, own: &PKey<Private>) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
    let (alg, enc) = (header["alg"].as_str().unwrap(), header["enc"].as_str().unwrap());
    let (apu, apv, epk) = (member(&header, "apu"), member(&header, "apv"), public(&header["epk"]));
    let cipher = match enc {
        "A128GCM" => Cipher::aes_128_gcm(),
        "A192GCM" => Cipher::aes_192_gcm(),
        _ => Cipher::aes_256_gcm(),
    };
    let wrapping = |length| agreed(own, &epk, (alg, &apu, &apv), length);
    let content_key = match alg {
        "ECDH-ES" => {
            assert!(parts[1].is_empty(), "RFC 7518 §4.6: no encrypted key");
            agreed(own, &epk, (enc, &apu, &apv), cipher.key_len())
        }
        "ECDH-ES+A128KW" => unwrapped(&wrapping(16), &decode(parts[1])).unwrap(),
        _ => unwrapped(&wrapping(32), &decode(parts[1])).unwrap(),
    };
    let [iv, ciphertext, tag] = [2, 3, 4].map(|place| decode(parts[place]));
    String::from_utf8(decrypt_aead(cipher, &content_key, Some(&iv), parts[0].as_bytes(), &ciphertext, &tag).unwrap()).unwrap()
}

/// RFC 7518 Appendix C: Alice's ephemeral key and Bob's.
fn alice_and_bob() -> (Value, Value) {
    let alice = json!({
        "kty": "EC", "crv": "P-256", "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
        "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps", "d": "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
    });
    let bob = json!({
        "kty": "EC", "crv": "P-256", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck", "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
    });
    (alice, bob)
}

#[test]
fn the_agreement_of_rfc_7518_appendix_c_is_computed() {
    let (alice, bob) = alice_and_bob();
    for (own, other) in [(&alice, &bob), (&bob, &alice)] {
        let key = agreed(&private(own), &public(other), ("A128GCM", b"Alice", b"Bob"), 16);
        assert_eq!(URL_SAFE_NO_PAD.encode(key), "VqqN6vgjbSBcIijNcacQGg");
    }
}

#[test]
fn the_key_wrap_of_rfc_7516_appendix_a_3_is_undone() {
    // RFC 7516 §A.3.3: the shared key and the encrypted key; §A.3.2: the content key.
    let wrapped = decode("6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ");
    let content_key = [
        4, 211, 31, 197, 84, 157, 252, 254, 11, 100, 157, 250, 63, 170, 106, 206, 107, 124, 212, 45, 111, 107, 9, 219, 200, 177, 0, 240,
        143, 156, 44, 207,
    ];
    assert_eq!(unwrapped(&decode("GawgguFyGrWKav7AX4VKUg"), &wrapped).unwrap(), content_key);
    assert_eq!(unwrapped(&decode("GawgguFyGrWKav7AX4VKUw"), &wrapped), None);
}

#[test]
fn every_key_agreement_is_read_by_the_other_implementation() {
    let (_, bob) = alice_and_bob();
    let mut shown = bob.clone();
    shown.as_object_mut().unwrap().remove("d");
    let own = private(&bob);
    for alg in [KeyManagement::EcdhEs, KeyManagement::EcdhEsA128Kw, KeyManagement::EcdhEsA256Kw] {
        for enc in [ContentEncryption::A128Gcm, ContentEncryption::A192Gcm, ContentEncryption::A256Gcm] {
            let token =
                encrypt(shown.as_object().unwrap(), Encryption { alg, enc }, Some("JWT"), "Live long and prosper.".as_bytes()).unwrap();
            assert_eq!(read(&token, &own), "Live long and prosper.", "{alg} {}", enc.as_str());
        }
    }
}

#[test]
fn a_wrapped_key_with_a_bit_changed_is_none() {
    let (_, bob) = alice_and_bob();
    let how = Encryption { alg: KeyManagement::EcdhEsA256Kw, enc: ContentEncryption::A256CbcHs512 };
    let token = encrypt(bob.as_object().unwrap(), how, None, b"x").unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
    let wrapping = agreed(&private(&bob), &public(&header["epk"]), ("ECDH-ES+A256KW", &[], &[]), 32);
    let mut wrapped = decode(parts[1]);
    assert_eq!(unwrapped(&wrapping, &wrapped).map(|key| key.len()), Some(64), "RFC 7518 §5.2.5: 64 octets for A256CBC-HS512");
    wrapped[0] ^= 1;
    assert_eq!(unwrapped(&wrapping, &wrapped), None);
}
