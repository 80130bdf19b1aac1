//! Discovery, userinfo, introspection, revocation, logout, health.

mod discovery;
mod health;
pub mod keys;
mod logout;
mod par;
mod tokens;
