//! Tells clients' servers of sessions that ended, on this node, another one, or by a command beside the server.

use std::sync::Arc;

use super::under_way::UnderWay;
use crate::app::App;
use crate::endpoints::end_session::backchannel;
use crate::model::logout_delivery::{LogoutDelivery, MOST_PER_CLIENT};

/// Runs until the process ends. What is on its way then is sent again by whoever comes next.
pub async fn run(app: Arc<App>) {
    let mut under_way = UnderWay::new(MOST_PER_CLIENT);
    loop {
        under_way.turn().await;
        let claimed = backchannel::claim(&app, under_way.room(), &under_way.busy()).await;
        for delivery in under_way.taken(claimed, "the queue of logouts could not be read") {
            under_way.send(delivery.client_id.clone(), deliver(app.clone(), delivery));
        }
    }
}

async fn deliver(app: Arc<App>, delivery: LogoutDelivery) {
    if let Err(failure) = backchannel::deliver(&app, &delivery).await {
        tracing::warn!(client.id = %delivery.client_id, detail = %failure.detail(), "a logout could not be sent; it is tried again");
    }
}
