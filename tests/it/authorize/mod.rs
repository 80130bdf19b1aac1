//! The authorization endpoint: what a person has to do, and when.

mod consent;
mod details;
mod long;
mod prompts;
mod request_objects;
mod response_types;
mod responses;
mod shown;
mod withdrawn;
