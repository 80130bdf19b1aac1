//! To be filled.

pub mod password;
