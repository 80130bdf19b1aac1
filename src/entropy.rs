//! Chance as an argument: the only source of random bytes.

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

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// Linux answers `getrandom` without fail once it has booted. Where a system cannot, nothing secret may be made: the process ends.
    fn fill(&self, buffer: &mut [u8]) {
        if getrandom::fill(buffer).is_err() {
            std::process::abort();
        }
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
    fn identifiers_are_twenty_letters_and_digits() {
        let entropy: &dyn Entropy = &OsEntropy;
        let identifier = entropy.identifier();
        assert_eq!(identifier.len(), 20);
        assert!(identifier.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')), "{identifier}");
        assert_ne!(identifier, entropy.identifier());
    }
}
