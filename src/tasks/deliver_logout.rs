//! Tells clients' servers of sessions that ended, on this node, another one, or by a command beside the server.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{AbortHandle, JoinSet};

use crate::app::App;
use crate::endpoints::end_session::backchannel;
use crate::model::logout_delivery::{LogoutDelivery, MOST_PER_CLIENT};

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
    let mut failing = false;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            // There may be more for who has just answered. None is under way: the next tick.
            Some(_) = under_way.join_next() => {}
        }
        while under_way.try_join_next().is_some() {}
        clients.retain(|(_, message)| !message.is_finished());
        match backchannel::claim(&app, AT_ONCE.saturating_sub(under_way.len()), &busy(&clients)).await {
            Ok(claimed) => {
                failing = false;
                for delivery in claimed {
                    let client_id = delivery.client_id.clone();
                    clients.push((client_id, under_way.spawn(deliver(app.clone(), delivery))));
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

/// Who has as many messages to answer as anybody gets.
fn busy(under_way: &[(String, AbortHandle)]) -> Vec<String> {
    let mut waiting: HashMap<&str, i64> = HashMap::new();
    for (client_id, _) in under_way {
        *waiting.entry(client_id).or_default() += 1;
    }
    waiting.into_iter().filter(|(_, messages)| *messages >= MOST_PER_CLIENT).map(|(client_id, _)| client_id.to_owned()).collect()
}

async fn deliver(app: Arc<App>, delivery: LogoutDelivery) {
    if let Err(failure) = backchannel::deliver(&app, &delivery).await {
        tracing::warn!(client.id = %delivery.client_id, detail = %failure.detail(), "a logout could not be sent; it is tried again");
    }
}
