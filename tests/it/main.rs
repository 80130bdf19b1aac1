//! The one integration binary; its modules mirror `src`.
#![cfg(test)]

mod accounts;
mod admin;
mod authorize;
mod cli;
mod client_auth;
mod endpoints;
mod fuzz;
mod grants;
mod house;
mod logout;
mod outages;
mod registration;
mod security;
mod store;
mod support;
mod tokens;
