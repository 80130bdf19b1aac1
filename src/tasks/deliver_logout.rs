//! Tells clients' servers of sessions that ended, on this node, another one, or by a command beside the server.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::app::App;
use crate::endpoints::end_session::backchannel;
use crate::model::logout_delivery::LogoutDelivery;

/// Between two looks at the queue.
const PAUSE: Duration = Duration::from_secs(1);
/// Messages on their way at once: a client that does not answer keeps no other waiting.
const AT_ONCE: usize = 32;

/// Runs until the process ends. What is on its way then is sent again by whoever comes next.
pub async fn run(app: Arc<App>) {
    let mut tick = tokio::time::interval(PAUSE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    let mut failing = false;
    loop {
        tick.tick().await;
        while under_way.try_join_next().is_some() {}
        match backchannel::claim(&app, AT_ONCE.saturating_sub(under_way.len())).await {
            Ok(claimed) => {
                failing = false;
                for delivery in claimed {
                    under_way.spawn(deliver(app.clone(), delivery));
                }
            }
            // Said once per outage: the queue waits in the database.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(%error, "the queue of logouts could not be read");
            }
            Err(_) => {}
        }
    }
}

async fn deliver(app: Arc<App>, delivery: LogoutDelivery) {
    if let Err(failure) = backchannel::deliver(&app, &delivery).await {
        tracing::warn!(client.id = %delivery.client_id, detail = %failure.detail(), "a logout could not be sent; it is tried again");
    }
}
