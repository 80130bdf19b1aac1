//! Password hashing.

use super::problem::Fault;
use super::{parse, reader::Reader};

/// See the settings `hashing.…`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hashing {
    /// bcrypt's cost; 0: to be measured at start.
    pub cost: u32,
    /// Threads.
    pub threads: usize,
    /// Jobs that may wait.
    pub queue: usize,
}

impl Hashing {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            cost: reader.one("hashing.cost", cost),
            threads: reader.one("hashing.threads", parse::threads),
            queue: reader.one("hashing.queue", |text| parse::count(text, 1, 100_000).map(|number| number as usize)),
        }
    }
}

fn cost(text: &str) -> Result<u32, Fault> {
    match text {
        "auto" => Ok(0),
        _ => parse::count(text, 4, 18)
            .map_err(|_| Fault::not(text, "a cost of bcrypt", "Write a number from 4 to 18 (12 is usual), or auto.")),
    }
}
