//! What happens without a request.

pub mod notify_clients;
pub mod refresh_keys;
pub mod sweep;
