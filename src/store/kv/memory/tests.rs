//! What happens when there is no room.

use super::*;
use crate::clock::ManualClock;
use crate::entropy::SeededEntropy;

const MINUTE: Duration = Duration::from_secs(60);

fn store() -> (Memory, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000)));
    let limit_of = |kind: &str| Limit { entries: 10, bytes: 1_000, full: if kind == "replay" { Full::Refuse } else { Full::Evict } };
    (Memory::new(clock.clone(), &SeededEntropy::new(1), limit_of), clock)
}

#[test]
fn a_full_kind_lets_go_of_what_expires_first() {
    let (store, _) = store();
    for number in 0..11_u32 {
        store.put(&format!("par:{number}"), b"x", MINUTE * (number + 1)).unwrap();
    }
    assert_eq!(store.get("par:0").unwrap(), None);
    assert!((1..11).all(|number| store.get(&format!("par:{number}")).unwrap().is_some()));
}

#[test]
fn a_few_large_entries_fill_a_kind_too() {
    let (store, _) = store();
    for number in 0..5_u32 {
        store.put(&format!("par:{number}"), &[b'x'; 300], MINUTE * (number + 1)).unwrap();
    }
    assert!((0..2).all(|number| store.get(&format!("par:{number}")).unwrap().is_none()));
    assert!((2..5).all(|number| store.get(&format!("par:{number}")).unwrap().is_some()));
    store.delete("par:2").unwrap();
    assert_eq!(store.kind("par:").bytes.load(Ordering::Relaxed), 2 * 305);
    assert!(store.put_new("replay:large", &[b'x'; 2_000], MINUTE).unwrap_err().is_unavailable());
}

#[test]
fn a_full_kind_that_must_not_forget_refuses_what_is_new_until_something_expires() {
    let (store, clock) = store();
    for number in 0..10 {
        assert!(store.put_new(&format!("replay:{number}"), b"", MINUTE).unwrap());
    }
    assert!(store.put_new("replay:new", b"", MINUTE).unwrap_err().is_unavailable());
    assert!(!store.put_new("replay:3", b"", MINUTE).unwrap(), "what is there is still known");
    clock.advance(MINUTE);
    assert!(store.put_new("replay:new", b"", MINUTE).unwrap());
}

#[test]
fn cleaning_leaves_nothing_that_has_expired() {
    let (store, clock) = store();
    for number in 0..8 {
        store.put(&format!("a:{number}"), b"x", MINUTE).unwrap();
    }
    clock.advance(MINUTE);
    assert_eq!(store.clean(), 8);
    assert_eq!(store.kind("a:").count.load(Ordering::Relaxed), 0);
}
