use super::*;
use crate::entropy::{OsEntropy, SeededEntropy};

const COST: u32 = 4;

fn hashed(password: &str) -> String {
    hash(password, COST, &OsEntropy).unwrap().expose().clone()
}

#[test]
fn the_example_of_passlib_verifies() {
    let hash = "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2";
    assert!(verify("password", hash));
    assert!(!verify("Password", hash));
}

#[test]
fn hashes_of_passlib_verify_and_ours_are_theirs_to_the_letter() {
    let salt = "n79VH.0Q2TMWmt3Oqt9uku";
    for (password, digest) in [
        ("p".repeat(72), "S3g0IHxcDg0n0j8I6t1vGZpuG4wNa4O"),
        ("é".repeat(100), "amMqXRqtCSD52FLO/T7bKcXv9jKpywu"),
        ("a\0ba\0ba\0b".to_owned(), "/hjU6pqFDkO6hrH7sJH9DZkzORW8aau"),
    ] {
        assert!(verify(&password, &format!("{SHA256_PREFIX}4${salt}${digest}")), "{password:?}");
        #[derive(Debug)]
        struct Salt;
        impl Entropy for Salt {
            fn fill(&self, buffer: &mut [u8]) {
                buffer.copy_from_slice(&BASE_64.decode("n79VH.0Q2TMWmt3Oqt9uku").unwrap());
            }
        }
        assert_eq!(hash(&password, COST, &Salt).unwrap().expose(), &format!("{SHA256_PREFIX}4${salt}${digest}"));
    }
    assert!(verify(&format!("{}x", "é".repeat(35)), "$2b$04$n79VH.0Q2TMWmt3Oqt9uku4jiPlE3dfyAT5n3FsO0lKWd5VfUzYDu"));
}

#[test]
fn imported_forms_verify_and_2x_does_not() {
    let rest = "04$n79VH.0Q2TMWmt3Oqt9ukucXR.qETX0VDJ8OVniC7PKcq0g6fVhD2";
    for (ident, good) in [("2a", true), ("2b", true), ("2y", true), ("2x", false), ("2", false), ("2z", false)] {
        assert_eq!(verify("correct horse", &format!("${ident}${rest}")), good, "{ident}");
    }
    assert!(!verify("wrong horse", &format!("$2y${rest}")));
}

#[test]
fn the_form_changes_after_71_bytes_and_for_a_nul() {
    for (password, is_plain) in [
        ("x".repeat(71), true),
        ("x".repeat(72), false),
        ("é".repeat(35), true),
        ("é".repeat(36), false),
        ("with\0nul".to_owned(), false),
        (String::new(), true),
    ] {
        let hash = hashed(&password);
        assert_eq!(hash.starts_with("$2b$04$"), is_plain, "{password:?}");
        assert_eq!(hash.starts_with(SHA256_PREFIX), !is_plain, "{password:?}");
        assert!(verify(&password, &hash), "{password:?}");
    }
}

#[test]
fn passwords_that_differ_only_late_or_after_a_nul_are_different() {
    let first = "x".repeat(72);
    for (password, other) in [
        (format!("{first}a"), format!("{first}b")),
        (format!("{first}a"), first.clone()),
        ("x".repeat(71), first.clone()),
        ("x".repeat(71), format!("{}\0", "x".repeat(71))),
        ("x".repeat(71), format!("{}\0more", "x".repeat(71))),
        ("abcdefgh".to_owned(), "abcdefgh\0".to_owned()),
        ("abcdefgh".to_owned(), "abcdefgh\0abcdefgh".to_owned()),
        ("abcdefgh\0a".to_owned(), "abcdefgh\0b".to_owned()),
        ("é".repeat(512), format!("{}e", "é".repeat(511))),
    ] {
        assert!(!verify(&other, &hashed(&password)), "{other:?} opens {password:?}");
        assert!(!verify(&password, &hashed(&other)), "{password:?} opens {other:?}");
    }
}

#[test]
fn salts_come_from_the_entropy_and_differ() {
    let entropy = SeededEntropy::new(1);
    let (one, other) = (hash("correct horse", COST, &entropy).unwrap(), hash("correct horse", COST, &entropy).unwrap());
    assert_ne!(one, other);
    assert_eq!(hash("correct horse", COST, &SeededEntropy::new(1)).unwrap(), one);
}

#[test]
fn anything_else_is_no_hash_and_never_a_panic() {
    let good = hashed("correct horse");
    let long = hashed(&"x".repeat(80));
    for place in 0..good.len() {
        assert!(!verify("correct horse", &good[..place]));
    }
    for place in 0..long.len() {
        assert!(!verify(&"x".repeat(80), &long[..place]));
    }
    let wrong =
        ["", "$", "plain", "$2b$", "$2b$99$", "$2b$é", "$bcrypt-sha256$", "$bcrypt-sha256$v=2,t=2b,r=", "$bcrypt-sha256$v=2,t=2b,r=4$é$é"];
    for hash in wrong {
        assert!(!verify("correct horse", hash), "{hash}");
        assert!(needs_rehash(hash, COST), "{hash}");
    }
    // Hours of computing, or none: neither is a cost.
    for cost in ["31", "17", "03", "00", "+4", "-1", " 4", "04"] {
        let hash = format!("$bcrypt-sha256$v=2,t=2b,r={cost}{}", long.strip_prefix("$bcrypt-sha256$v=2,t=2b,r=4").unwrap());
        assert_eq!(verify(&"x".repeat(80), &hash), cost == "04", "{cost}");
    }
    assert!(!verify("correct horse", &good.replacen("$04$", "$31$", 1)));
}

#[test]
fn weaker_and_imported_hashes_are_made_anew() {
    let (plain, long) = (hashed("correct horse"), hashed(&"x".repeat(80)));
    for hash in [&plain, &long] {
        assert!(!needs_rehash(hash, COST));
        assert!(!needs_rehash(hash, COST - 1));
        assert!(needs_rehash(hash, COST + 1));
    }
    assert!(needs_rehash(&plain.replacen("$2b$", "$2y$", 1), COST));
}

#[test]
fn a_dummy_hash_is_a_hash_of_that_cost_that_no_password_has() {
    let dummy = dummy_hash(COST, &OsEntropy);
    assert!(!needs_rehash(dummy.expose(), COST) && needs_rehash(dummy.expose(), COST + 1));
    assert!(!verify("correct horse", dummy.expose()));
    assert_ne!(dummy, dummy_hash(COST, &OsEntropy));
}

#[test]
fn new_passwords_have_8_characters_to_1024_bytes() {
    assert!(check("1234567").is_err() && check("ééééééé").is_err() && check("").is_err());
    assert!(check("12345678").is_ok() && check("éééééééé").is_ok());
    assert!(check(&"x".repeat(1024)).is_ok() && check(&"é".repeat(513)).is_err());
    assert_eq!(hash(&"x".repeat(1025), COST, &OsEntropy), Err(PasswordError::TooLong));
    assert!(!verify(&"x".repeat(1025), &hashed(&"x".repeat(1024))));
    assert_eq!(hash("correct horse", 3, &OsEntropy), Err(PasswordError::Cost));
    assert_eq!(hash("correct horse", 17, &OsEntropy), Err(PasswordError::Cost));
}

#[test]
fn whatever_hash_somebody_has_the_work_is_the_same() {
    let work = |hash: &str, cost: u32| {
        let verified = Form::parse(hash).map_or(0, |form| match form {
            Form::Sha256 { parts, .. } | Form::Plain { parts, .. } => 1_u32 << parts.get_cost(),
        });
        left_to_do(hash, cost).map(|step| 1_u32 << step).sum::<u32>() + verified
    };
    for cost in [4, 5, 9] {
        let hash = hash("correct horse", cost, &OsEntropy).unwrap();
        assert_eq!(work(hash.expose(), 12), 1 << 12, "{cost}");
        assert!(verify_evenly("correct horse", hash.expose(), 6) && !verify_evenly("wrong horse", hash.expose(), 6));
    }
    assert_eq!(work("$2x$06$nonsense", 12), 1 << 12);
    assert!(!verify_evenly("x", "$2x$06$nonsense", 4));
}
