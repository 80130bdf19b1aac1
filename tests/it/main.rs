//! The one integration binary; its modules mirror `src`.
#![cfg(test)]

mod cli;
