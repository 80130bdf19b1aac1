//! What the task of a running server does with notices to clients (OpenID CIBA), when the test says so.

use authy::app::App;
use authy::endpoints::backchannel_authentication::notify;
use authy::store::StoreError;
use futures_util::future::join_all;

/// Sends what is due, and waits until all of it is settled; returns how much that was. A notice that fails is due again, as there.
pub async fn round(app: &App) -> Result<usize, StoreError> {
    let due = notify::claim(app, 100, &[]).await?;
    join_all(due.iter().map(|request| notify::tell(app, request))).await;
    Ok(due.len())
}
