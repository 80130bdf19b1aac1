//! Attacks, each with the answer that proves immunity.

mod headers;
mod hosts;
mod outbound;
mod redirect;
mod requests;
