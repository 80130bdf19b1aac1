//! The one integration binary; its modules mirror `src`.

mod cli;
