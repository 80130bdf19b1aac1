//! The one integration binary; its modules mirror `src`.

#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
