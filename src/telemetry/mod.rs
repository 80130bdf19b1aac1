//! shim
pub mod audit; pub mod metrics;
