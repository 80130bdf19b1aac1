//! Clients that bring themselves: RFC 7591, RFC 7592.

mod bounds;
mod documents;
mod managing;
mod meanwhile;
mod outside;
mod registering;
mod resources;
mod settled;
mod sights;
mod strangers;
pub mod support;
mod usage;
