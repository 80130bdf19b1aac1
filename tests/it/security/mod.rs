//! Attacks, each with the answer that proves immunity.

mod confusion;
mod forms;
mod headers;
mod hosts;
mod injection;
mod load;
mod logs;
mod outbound;
mod pages;
mod pkce;
mod races;
mod redirect;
mod requests;
mod rotation;
mod sessions;
mod slow;
mod steps;
mod timing;
