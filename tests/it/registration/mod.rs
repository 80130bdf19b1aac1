//! Clients that bring themselves: RFC 7591, RFC 7592.

mod managing;
mod registering;
mod support;
