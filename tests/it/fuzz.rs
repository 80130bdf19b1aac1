//! A short run of what `fuzz/` runs for hours: its corpus, and changes to it. The same functions, so that there is one set of promises.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use authy::entropy::{Entropy, SeededEntropy};

#[path = "../../fuzz/src/lib.rs"]
mod entries;

/// Changes to each entry of a corpus, unless `AUTHY_FUZZ_CHANGES` says otherwise.
const CHANGES: usize = 60;

/// Bytes beyond which an entry is read once and not changed.
const LARGE: usize = 10_000;

/// The corpus of a target, and a few things that every parser is sent one day.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    let mut all: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("a file")).collect();
    all.extend([Vec::new(), vec![0], vec![b'\n'], vec![0xff; 3], b"[".repeat(100_000), b"{\"a\":".repeat(20_000), b"a".repeat(70_000)]);
    all
}

/// Chance that is the same in every run.
struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        let bytes: [u8; 8] = (&self.0 as &dyn Entropy).bytes();
        usize::try_from(u64::from_le_bytes(bytes) % limit.max(1) as u64).expect("small")
    }

    /// Flips, inserts, removes, doubles, or crosses with another entry.
    fn change(&self, data: &mut Vec<u8>, other: &[u8]) {
        const SPECIAL: &[u8] = b"\0\n\r\t %&=+/\\\"'.,:;@#?[]{}-_0eE9~\x7f\x80\xff";
        let at = self.below(data.len() + 1);
        match self.below(6) {
            0 if at < data.len() => data[at] ^= 1 << self.below(8),
            1 => data.insert(at, SPECIAL[self.below(SPECIAL.len())]),
            2 if at < data.len() => drop(data.remove(at)),
            3 => data.truncate(at),
            4 => {
                let end = at + self.below(data.len() - at + 1);
                let part = data[at..end].to_vec();
                data.splice(at..at, part);
            }
            _ => {
                let from = self.below(other.len() + 1);
                let end = from + self.below(other.len() - from + 1);
                data.splice(at..at, other[from..end].iter().copied());
            }
        }
    }
}

#[test]
fn nothing_that_strangers_send_breaks_a_promise() {
    let changes = std::env::var("AUTHY_FUZZ_CHANGES").ok().and_then(|number| number.parse().ok()).unwrap_or(CHANGES);
    for (name, target) in entries::TARGETS {
        let corpus = corpus(name);
        let dice = Dice(SeededEntropy::new(42));
        for (number, entry) in corpus.iter().enumerate() {
            let mut data = entry.clone();
            for change in 0..changes {
                let shown = || String::from_utf8_lossy(&data[..data.len().min(2_000)]).into_owned();
                assert!(catch_unwind(|| target(&data)).is_ok(), "{name}, entry {number}, change {change}: {}", shown());
                if entry.len() > LARGE {
                    break; // it takes long, and changes to it are not read
                }
                dice.change(&mut data, &corpus[dice.below(corpus.len())]);
                // What a large one was crossed into is too large as well.
                if data.len() > LARGE || dice.below(4) == 0 {
                    data.clone_from(entry);
                }
            }
        }
    }
}

#[test]
fn every_target_has_its_program_and_its_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("fuzz/Cargo.toml");
    for (name, _) in entries::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml lacks [[bin]] {name}");
        let program = fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).unwrap_or_default();
        assert!(program.contains(&format!("\"{name}\"")), "fuzz/fuzz_targets/{name}.rs does not run it");
        assert!(root.join("corpus").join(name).is_dir(), "fuzz/corpus/{name} is missing");
    }
    entries::run("params", b"");
}
