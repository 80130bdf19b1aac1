//! Attacks, each with the answer that proves immunity.

mod headers;
mod hosts;
mod redirect;
mod requests;
