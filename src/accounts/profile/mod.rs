//! A person's own account: who they are, their password, where they are signed in, and what they have connected.

pub mod approvals;
pub mod apps;
pub mod details;
pub mod http;
pub mod page;
pub mod security;
pub mod sessions;
