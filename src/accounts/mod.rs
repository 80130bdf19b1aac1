//! What people see: setting up, signing in, agreeing, signing out, and their own account.

pub mod approval;
pub mod browser;
pub mod client_card;
pub mod consent;
pub mod device;
pub mod http;
pub mod login;
pub mod logout;

pub mod person;
pub mod profile;
pub mod quota;
pub mod return_to;
pub mod select;
pub mod session;
pub mod setup;
pub mod transaction;
