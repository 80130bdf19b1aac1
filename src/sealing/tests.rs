use std::collections::HashSet;

use super::*;
use crate::entropy::SeededEntropy;

fn key(seed: u64) -> MasterKey {
    MasterKey::generate(&SeededEntropy::new(seed))
}

#[test]
fn what_is_sealed_opens_for_its_purpose_only() {
    let sealer = Sealer::new(&key(1));
    for &purpose in Purpose::ALL {
        let sealed = sealer.seal(purpose, b"for you", &SeededEntropy::new(2));
        for &other in Purpose::ALL {
            assert_eq!(sealer.open(other, &sealed).is_some(), other == purpose, "{purpose:?} opened as {other:?}");
        }
    }
    assert_eq!(sealer.open(Purpose::Csrf, &sealer.seal(Purpose::Csrf, b"", &SeededEntropy::new(3))), Some(Vec::new()));
}

#[test]
fn purposes_have_names_and_keys_of_their_own() {
    let sealer = Sealer::new(&key(1));
    let labels: HashSet<_> = Purpose::ALL.iter().map(|purpose| purpose.label()).collect();
    let macs: HashSet<_> = Purpose::ALL.iter().map(|&purpose| sealer.hmac(purpose, b"same")).collect();
    assert_eq!((labels.len(), macs.len()), (Purpose::ALL.len(), Purpose::ALL.len()));
}

#[test]
fn how_long_a_text_becomes_is_known_before_it_is_sealed() {
    let sealer = Sealer::new(&key(1));
    for length in 0..20 {
        let text = sealer.seal_text(Purpose::Transaction, "tx_", &b"a".repeat(length), &SeededEntropy::new(2));
        assert_eq!(text.len(), Sealer::text_length("tx_", length), "{length}");
    }
}

#[test]
fn any_changed_cut_or_added_character_closes_a_text() {
    let sealer = Sealer::new(&key(1));
    // Three lengths, so that every number of leftover bits in base64url occurs.
    for plain in [&b"a"[..], b"ab", b"abc"] {
        let text = sealer.seal_text(Purpose::AccessToken, "at_", plain, &SeededEntropy::new(4));
        assert_eq!(sealer.open_text(Purpose::AccessToken, "at_", &text).as_deref(), Some(plain));
        for place in 0..text.len() {
            for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n".chars() {
                let mut other: Vec<char> = text.chars().collect();
                if std::mem::replace(&mut other[place], character) != character {
                    let other: String = other.into_iter().collect();
                    assert_eq!(sealer.open_text(Purpose::AccessToken, "at_", &other), None, "{place} as {character:?}");
                }
            }
            assert_eq!(sealer.open_text(Purpose::AccessToken, "at_", &text[..place]), None, "cut at {place}");
        }
        for added in ["A", "=", "==", " ", "AA", "AAA", "AAAA"] {
            assert_eq!(sealer.open_text(Purpose::AccessToken, "at_", &format!("{text}{added}")), None, "{added:?} added");
        }
    }
}

#[test]
fn the_previous_key_opens_but_does_not_seal() {
    let (old, new) = (key(1), key(2));
    let sealed = Sealer::new(&old).seal(Purpose::PrivateKey, b"jwk", &SeededEntropy::new(3));
    let sealer = Sealer::with_previous(&new, Some(&old));
    assert_eq!(sealer.open(Purpose::PrivateKey, &sealed).as_deref(), Some(&b"jwk"[..]));
    let anew = sealer.seal(Purpose::PrivateKey, b"jwk", &SeededEntropy::new(4));
    assert_eq!(Sealer::new(&new).open(Purpose::PrivateKey, &anew).as_deref(), Some(&b"jwk"[..]));
    assert_eq!(sealer.key_id(), new.id());
    assert_eq!(Sealer::new(&new).open(Purpose::PrivateKey, &sealed), None);
}

#[test]
fn a_master_key_reads_back_and_a_wrong_one_is_explained_but_not_repeated() {
    let key = key(7);
    let text = key.to_base64url();
    let again = MasterKey::parse(&format!("{}=\n", text.expose())).unwrap();
    assert_eq!(again.id(), key.id());
    assert_eq!(key.id().len(), 16);
    assert!(!text.expose().contains(&key.id()));
    for (wrong, why) in [("", "0 bytes"), ("AAAA", "3 bytes"), ("not base64url!", "not base64url"), ("a+b/", "plain base64")] {
        let message = MasterKey::parse(wrong).unwrap_err();
        assert!(message.contains(why) && (wrong.is_empty() || !message.contains(wrong)), "{message}");
    }
}

#[test]
fn the_same_text_is_sealed_differently_each_time() {
    let (sealer, entropy) = (Sealer::new(&key(1)), SeededEntropy::new(5));
    assert_ne!(sealer.seal(Purpose::Csrf, b"x", &entropy), sealer.seal(Purpose::Csrf, b"x", &entropy));
}
