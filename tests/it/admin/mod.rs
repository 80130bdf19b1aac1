//! Administration: who is let in, and what it does.

mod access;
mod addresses;
mod clients;
mod settings;
mod weakenings;
