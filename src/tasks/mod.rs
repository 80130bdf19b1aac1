//! What happens without a request.

pub mod deliver_logout;
pub mod notify_clients;
pub mod refresh_keys;
pub mod sweep;
mod under_way;
