//! What happens without a request.

pub mod deliver_logout;
pub mod refresh_keys;
pub mod sweep;
