//! Discovery, userinfo, introspection, revocation, logout, health.

mod discovery;
mod health;
mod logout;
mod par;
mod tokens;
