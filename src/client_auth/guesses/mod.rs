//! How many wrong secrets one place may present for one client. Whoever guesses from elsewhere locks no client out.

use std::time::Duration;

use super::Credentials;
use crate::accounts::login::throttle::{network, window_number};
use crate::app::App;
use crate::failure::Failure;
use crate::model::client::Client;
use crate::sealing::Purpose;
use crate::spec::error::OAuthError;
use crate::store::kv::throttle;

/// More than a client that is set up wrongly needs to find out.
pub const PER_MINUTE: u64 = 20;
const MINUTE: Duration = Duration::from_secs(60);
const KIND: &str = "client-secret";

/// One try that has been counted.
#[derive(Debug)]
pub struct Guess {
    key: String,
}

/// Counts a try: before it is looked at where the secret may be weak, so that a hundred at once count as a hundred.
///
/// # Errors
/// A refusal (429) for one too many, and when the store is away.
pub async fn admit(app: &App, client: &Client, credentials: &Credentials) -> Result<Guess, Failure> {
    let place = credentials.address.map(|address| network(&address.to_string())).unwrap_or_default();
    let window = window_number(app.now(), MINUTE);
    let key = app.sealer.concealed(Purpose::Throttle, &format!("client secret {window} {} {place}", client.client_id));
    if throttle::bump(&app.kv, KIND, &key, 2 * MINUTE).await? <= PER_MINUTE {
        return Ok(Guess { key });
    }
    app.metrics.throttled("client_and_address");
    let error = OAuthError::temporarily_unavailable("Too many failed authentications of this client; try again in a minute.");
    Err(error.because("one address presented too many wrong secrets of this client within a minute").into())
}

impl Guess {
    /// It was none: it was right, or nobody looked at it.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn take_back(self, app: &App) -> Result<(), Failure> {
        Ok(throttle::take_back(&app.kv, KIND, &self.key, 2 * MINUTE).await?)
    }
}
