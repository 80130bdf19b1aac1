//! A server that is killed, and a server whose stores go away under load: nothing acknowledged is lost, nothing crashes, all recovers.

mod kills;
mod stores;
