//! What happens without a request.

pub mod refresh_keys;
pub mod sweep;
