//! What people see: setting up, signing in, agreeing, signing out, and their own account.

pub mod browser;
pub mod password;
pub mod session;
