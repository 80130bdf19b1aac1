//! What the tests stand on.

pub mod app;
pub mod backends;
pub mod browser;
pub mod canary;
pub mod deployment;
pub mod details;
pub mod elsewhere;
pub mod encryption;
pub mod everything;
pub mod http;
pub mod keys;
pub mod notify;
pub mod objects;
pub mod possession;
pub mod process;
pub mod relying_party;
pub mod scene;
pub mod signer;
pub mod x509;
