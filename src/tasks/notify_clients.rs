//! Tells clients of answers to their authentication requests (OpenID CIBA), and tries again where that did not work. An answer given on
//! another node or by a command is found by the next look at the queue.

use std::sync::Arc;

use super::under_way::UnderWay;
use crate::app::App;
use crate::endpoints::backchannel_authentication::notify;
use crate::model::authentication_request::{AuthenticationRequest, MOST_PER_CLIENT};

/// Runs until the process ends. What is on its way then is sent again by whoever comes next.
pub async fn run(app: Arc<App>) {
    let mut under_way = UnderWay::new(MOST_PER_CLIENT);
    loop {
        under_way.turn().await;
        let claimed = notify::claim(&app, under_way.room(), &under_way.busy()).await;
        for request in under_way.taken(claimed, "clients could not be told of answers") {
            under_way.send(request.client_id.clone(), tell(app.clone(), request));
        }
    }
}

async fn tell(app: Arc<App>, request: AuthenticationRequest) {
    if let Err(failure) = notify::tell(&app, &request).await {
        tracing::warn!(detail = failure.detail(), client.id = request.client_id, "a client could not be told of an answer");
    }
}
