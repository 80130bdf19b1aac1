//! Clients that bring themselves: RFC 7591, RFC 7592.

mod documents;
mod faces;
mod managing;
mod outside;
mod registering;
mod resources;
pub mod support;
mod usage;
