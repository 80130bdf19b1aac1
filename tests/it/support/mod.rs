//! What the tests stand on.

pub mod app;
pub mod backends;
pub mod browser;
pub mod http;
pub mod keys;
pub mod relying_party;
