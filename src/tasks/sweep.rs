//! Ends sessions that have run out and removes what has expired, in small batches, by one node at a time.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(60);
/// Rows of one kind per statement: a batch holds no lock for long.
const BATCH: i64 = 500;

/// Runs until the process ends.
pub async fn run(app: Arc<App>) {
    let mut tick = tokio::time::interval(PAUSE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match round(&app).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "swept"),
            Err(error) => tracing::warn!(%error, "sweeping failed; the next round tries again"),
        }
    }
}

/// Batches until a round finds nothing more.
///
/// # Errors
/// When the database is away.
pub async fn round(app: &App) -> Result<u64, crate::store::StoreError> {
    app.caches.drop_stale();
    let mut total = app.kv.clean() as u64;
    loop {
        let now = app.now();
        let swept = app.sql.sweep(now, now - app.settings.lifetimes.session_idle, BATCH).await?;
        total += swept;
        if swept == 0 {
            return Ok(total);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
