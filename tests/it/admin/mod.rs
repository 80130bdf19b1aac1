//! Administration: who is let in, and what it does.

mod access;
mod clients;
mod weakenings;
