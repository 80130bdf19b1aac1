//! How many wrong secrets one place may present for one client. Whoever guesses from elsewhere locks no client out.

use std::time::Duration;

use super::Credentials;
use crate::accounts::quota::{Quota, Turn};
use crate::app::App;
use crate::failure::Failure;
use crate::model::client::Client;
use crate::spec::error::OAuthError;

/// More than a client that is set up wrongly needs to find out.
const QUOTA: Quota = Quota { kind: "client-secret", limit: 20, window: Duration::from_secs(60) };

/// Counts a try: before it is looked at where the secret may be weak.
///
/// # Errors
/// A refusal (429) for one too many, and when the store is away.
pub async fn admit(app: &App, client: &Client, credentials: &Credentials) -> Result<Turn, Failure> {
    let turn = QUOTA.turn(app, credentials.address, &client.client_id).await?;
    if turn.is_granted() {
        return Ok(turn);
    }
    app.metrics.throttled("client_and_address");
    let error = OAuthError::temporarily_unavailable("Too many failed authentications of this client; try again in a minute.");
    Err(error.because("one address presented too many wrong secrets of this client within a minute").into())
}
