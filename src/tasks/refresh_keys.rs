//! Looks every second whether the signing keys changed, on this node, another one, or by a command beside the server.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// Runs until the process ends.
pub async fn run(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tick.tick().await;
        match app.keys.refresh(&app.sql, &app.sealer, app.now()).await {
            Ok(changed) => {
                if changed {
                    tracing::info!("the signing keys changed");
                }
                failing = false;
            }
            // Said once per outage: the keys in use stay.
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(detail = format!("{error:#}"), "the signing keys could not be read again; those in use stay");
            }
            Err(_) => {}
        }
    }
}
