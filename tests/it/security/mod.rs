//! Attacks, each with the answer that proves immunity.

mod confusion;
mod forms;
mod headers;
mod hosts;
mod outbound;
mod injection;
mod load;
mod logs;
mod pages;
mod pkce;
mod races;
mod redirect;
mod requests;
mod sessions;
mod steps;
