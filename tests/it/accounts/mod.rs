//! What people see: signing in, the account pages, setting up.

mod account;
mod login;
mod setup;
