//! How much a kind may hold in this process.

/// What a kind does when it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Lets go of what would expire first.
    Evict,
    /// Takes nothing new: losing an entry would let something happen twice.
    Refuse,
}

/// How many entries a kind may have, and how large they may be together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most entries.
    pub entries: usize,
    /// The most bytes of their keys and values.
    pub bytes: usize,
    /// What happens beyond.
    pub full: Full,
}

impl Limit {
    /// The limit of a kind: the part of a key before the first `:`.
    pub fn of_kind(kind: &str) -> Self {
        let limit = |entries, full| Self { entries, bytes: 64 * 1024 * 1024, full };
        match kind {
            "code" | "replay" | "device-outcome" => limit(100_000, Full::Refuse),
            "error" => limit(10_000, Full::Evict),
            _ => limit(100_000, Full::Evict),
        }
    }
}
