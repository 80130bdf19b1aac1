//! The one integration binary; its modules mirror `src`.

mod store;
mod support;
