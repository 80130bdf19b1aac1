//! How often one place may do something within a window: counted before it is done, so that a hundred at once count as a hundred.

use std::net::IpAddr;
use std::time::Duration;

use crate::accounts::login::throttle::{network, window_number};
use crate::app::App;
use crate::sealing::Purpose;
use crate::store::StoreError;
use crate::store::kv::throttle;

/// What is counted, and how much of it is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// Tells this counter from others in the store.
    pub kind: &'static str,
    /// The most turns within a window.
    pub limit: u64,
    /// How long a window is; windows begin at fixed moments.
    pub window: Duration,
}

/// One turn that has been counted.
#[derive(Debug)]
pub struct Turn {
    quota: Quota,
    key: String,
    counted: u64,
}

impl Quota {
    /// Counts a turn of this network address, of everybody where none is given; for one client where each has a quota of its own.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn turn(self, app: &App, address: Option<IpAddr>, client_id: &str) -> Result<Turn, StoreError> {
        let window = window_number(app.now(), self.window);
        let place = network(address);
        let key = app.sealer.concealed(Purpose::Throttle, &format!("{} {window} {client_id} {place}", self.kind));
        let counted = throttle::bump(&app.kv, self.kind, &key, self.kept()).await?;
        Ok(Turn { quota: self, key, counted })
    }

    /// Nodes whose clocks are a little apart still count in the same window.
    const fn kept(self) -> Duration {
        self.window.saturating_mul(2)
    }
}

impl Turn {
    /// Whether it is within the limit.
    pub const fn is_granted(&self) -> bool {
        self.counted <= self.quota.limit
    }

    /// It was none.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn take_back(self, app: &App) -> Result<(), StoreError> {
        throttle::take_back(&app.kv, self.quota.kind, &self.key, self.quota.kept()).await
    }
}
