//! Tells clients of answers to their authentication requests (OpenID CIBA), and tries again where that did not work.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::endpoints::backchannel_authentication::notify;

/// An answer given on another node or by a command is told within this time.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until the process ends.
pub async fn run(app: Arc<App>) {
    let mut tick = tokio::time::interval(PAUSE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tick.tick().await;
        match notify::round(&app).await {
            Ok(_) => failing = false,
            // Said once per outage: what is due stays due.
            Err(failure) if !failing => {
                failing = true;
                tracing::warn!(detail = failure.detail(), "clients could not be told of answers");
            }
            Err(_) => {}
        }
    }
}
