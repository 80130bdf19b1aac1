//! One folder per endpoint: `mod.rs` lists the steps, `http.rs` is actix, the other files are pure rules.

pub mod authorize;
pub mod backchannel_authentication;
pub mod check_session;
pub mod client_document;
pub mod device_authorization;
pub mod discovery;
pub mod encrypted;
pub mod end_session;
pub mod id_token_hint;
pub mod introspect;
pub mod jwks;
pub mod par;
pub mod possession;
pub mod presented;
pub mod protected_resource;
pub mod register;
pub mod revoke;
pub mod strangers;
pub mod token;
pub mod userinfo;
pub mod webfinger;
