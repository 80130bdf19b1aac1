//! The rules of the specifications: pure functions over values, with `now` as an argument.

pub mod error;
