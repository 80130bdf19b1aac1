//! What the operator sees: logs, metrics, audit events.

pub mod audit;
pub mod brief;
pub mod log;
pub mod metrics;
pub mod seldom;
