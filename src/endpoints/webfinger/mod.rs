//! WebFinger: from an address of a person to the provider that signs them in.

pub mod http;
