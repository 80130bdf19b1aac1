//! Administration: who is let in, and what it does.

mod access;
mod addresses;
mod clients;
mod meanwhile;
mod settings;
mod weakenings;
