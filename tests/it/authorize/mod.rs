//! The authorization endpoint: what a person has to do, and when.

mod consent;
mod prompts;
mod response_types;
mod responses;
