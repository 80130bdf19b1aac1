//! One folder per endpoint: `mod.rs` lists the steps, `http.rs` is actix, the other files are pure rules.

pub mod algorithms;
pub mod authorize;
pub mod check_session;
pub mod device_authorization;
pub mod discovery;
pub mod encrypted;
pub mod end_session;
pub mod introspect;
pub mod jwks;
pub mod par;
pub mod possession;
pub mod presented;
pub mod revoke;
pub mod token;
pub mod userinfo;
