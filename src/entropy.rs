//! Chance as an argument: the only source of random bytes.

use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Where random bytes come from.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A secret of 256 random bits behind a readable prefix (`rt_…`), of unreserved URL characters only.
    pub fn token(&self, prefix: &str) -> String {
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(self.bytes::<32>()))
    }

    /// An identifier of 20 characters of `a-z2-7`: 100 random bits, no time inside.
    pub fn identifier(&self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        self.bytes::<20>().iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 31))).map(|&letter| char::from(letter)).collect()
    }

    /// A random (version 4) UUID.
    pub fn uuid(&self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

/// The operating system's generator. Each thread keeps a small stock of what it gave, since asking takes longer than a token's other work; a
/// byte is given out once, and wiped from the stock when it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let taken = STOCK.try_with(|stock| stock.try_borrow_mut().is_ok_and(|mut stock| stock.take(buffer)));
        if taken != Ok(true) {
            ask_system(buffer);
        }
    }
}

const STOCKED: usize = 512;

thread_local! {
    static STOCK: RefCell<Stock> = const { RefCell::new(Stock { bytes: [0; STOCKED], left: 0 }) };
}

struct Stock {
    bytes: [u8; STOCKED],
    left: usize,
}

impl Stock {
    /// False when nobody may have so much at once.
    fn take(&mut self, buffer: &mut [u8]) -> bool {
        if self.left < buffer.len() {
            ask_system(&mut self.bytes);
            self.left = STOCKED;
        }
        let Some(rest) = self.left.checked_sub(buffer.len()) else { return false };
        let Some(given) = self.bytes.get_mut(rest..self.left) else { return false };
        buffer.copy_from_slice(given);
        given.fill(0);
        self.left = rest;
        true
    }
}

/// Linux answers without fail once it has booted. Where a system cannot, nothing secret may be made: the process ends.
fn ask_system(buffer: &mut [u8]) {
    if getrandom::fill(buffer).is_err() {
        std::process::abort();
    }
}

/// The same bytes in the same order for the same seed: chance for tests.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// A generator that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let counter = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(counter.to_be_bytes()).finalize();
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_given_out_twice() {
        let mut stock = Stock { bytes: [0; STOCKED], left: 0 };
        let mut seen = std::collections::HashSet::new();
        for length in (16..64).cycle().take(200) {
            let mut buffer = vec![0; length];
            assert!(stock.take(&mut buffer));
            assert!(buffer.windows(8).all(|window| seen.insert(window.to_vec())));
            assert!(stock.bytes[stock.left..].iter().all(|&byte| byte == 0), "what was given is wiped");
        }
        assert!(!stock.take(&mut [0; STOCKED + 1]), "more than the stock holds comes from the system");
        let mut large = [0; 2 * STOCKED];
        OsEntropy.fill(&mut large);
        assert!(large.chunks(8).all(|chunk| chunk != [0; 8]));
    }

    #[test]
    fn identifiers_are_twenty_letters_and_digits() {
        let entropy: &dyn Entropy = &OsEntropy;
        let identifier = entropy.identifier();
        assert_eq!(identifier.len(), 20);
        assert!(identifier.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')), "{identifier}");
        assert_ne!(identifier, entropy.identifier());
    }
}
