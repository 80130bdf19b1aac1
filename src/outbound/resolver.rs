//! Names to addresses, checked on the way to the connection: there is no second look-up that could give another answer (DNS rebinding).

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::target::Reach;

/// Addresses on their way.
pub type LookUp<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// What knows the addresses of a name.
pub trait Resolver: Send + Sync + fmt::Debug {
    /// Every address of a host.
    fn look_up<'a>(&'a self, host: &'a str) -> LookUp<'a>;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn look_up<'a>(&'a self, host: &'a str) -> LookUp<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// One of the addresses may not be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host has an address that authy does not connect to")]
pub struct NotPermitted;

/// A resolver that hands out permitted addresses only, and none at all when one of them is not: a name that points both ways is a trap.
#[derive(Clone, Debug)]
pub struct Checked {
    inner: Arc<dyn Resolver>,
    reach: Reach,
}

impl Checked {
    /// Checks what `inner` answers.
    pub fn new(inner: Arc<dyn Resolver>, reach: Reach) -> Self {
        Self { inner, reach }
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { inner, reach } = self.clone();
        Box::pin(async move {
            let found = inner.look_up(name.as_str()).await?;
            if found.is_empty() || !found.iter().all(|&address| reach.permits(address)) {
                return Err(NotPermitted.into());
            }
            // The port is that of the URL: reqwest puts it in the place of 0.
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
