//! Tells clients' servers of sessions that ended, on this node, another one, or by a command beside the server.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};

use crate::app::App;
use crate::endpoints::end_session::backchannel;
use crate::model::logout_delivery::LogoutDelivery;

/// Between two looks at the queue.
const PAUSE: Duration = Duration::from_secs(1);
/// Messages on their way at once, a few to each client.
const AT_ONCE: usize = 32;

/// Runs until the process ends. What is on its way then is sent again by whoever comes next.
pub async fn run(app: Arc<App>) {
    let mut tick = tokio::time::interval(PAUSE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    let mut clients: Vec<(String, AbortHandle)> = Vec::new();
    let (mut failing, mut more) = (false, false);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            // There may be more where these came from.
            Some(_) = under_way.join_next(), if more => {}
        }
        while under_way.try_join_next().is_some() {}
        clients.retain(|(_, message)| !message.is_finished());
        match backchannel::claim(&app, AT_ONCE.saturating_sub(under_way.len()), &busy(&clients)).await {
            Ok(claimed) => {
                failing = false;
                more = !claimed.is_empty();
                for delivery in claimed {
                    let client_id = delivery.client_id.clone();
                    clients.push((client_id, under_way.spawn(deliver(app.clone(), delivery))));
                }
            }
            // Said once per outage: the queue waits in the database.
            Err(error) if !failing => {
                (failing, more) = (true, false);
                tracing::warn!(%error, "the queue of logouts could not be read");
            }
            Err(_) => more = false,
        }
    }
}

/// Who has not answered the last messages yet.
fn busy(under_way: &[(String, AbortHandle)]) -> Vec<String> {
    let mut busy: Vec<String> = under_way.iter().map(|(client_id, _)| client_id.clone()).collect();
    busy.sort_unstable();
    busy.dedup();
    busy
}

async fn deliver(app: Arc<App>, delivery: LogoutDelivery) {
    if let Err(failure) = backchannel::deliver(&app, &delivery).await {
        tracing::warn!(client.id = %delivery.client_id, detail = %failure.detail(), "a logout could not be sent; it is tried again");
    }
}
