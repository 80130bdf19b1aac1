//! x
pub struct Kv;
