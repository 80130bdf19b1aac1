//! What clients may leave in the store for minutes though nobody here answers for them: RFC 9126 §2.3, §7.

use std::net::IpAddr;
use std::time::Duration;

use crate::accounts::quota::Quota;
use crate::app::App;
use crate::failure::Failure;
use crate::model::client::Client;
use crate::spec::error::OAuthError;

/// How many requests of such clients one address may leave in a minute: far more than people behind it begin sign-ins.
const QUOTA: Quota = Quota { kind: "strangers", limit: 300, window: Duration::from_secs(60) };
/// The most bytes of one: what a URL could carry as well.
pub const MAX_REQUEST: usize = 16 * 1024;

/// Whether anybody can be this client: it proves nothing, or it registered itself.
pub fn is_anybody(client: &Client) -> bool {
    client.is_public() || !client.is_vouched_for()
}

/// Counts before anything is kept.
///
/// # Errors
/// A refusal (429) for one too many, and when the store is away.
pub async fn admit(app: &App, client: &Client, address: Option<IpAddr>) -> Result<(), Failure> {
    if !is_anybody(client) || QUOTA.turn(app, address, "").await?.is_granted() {
        return Ok(());
    }
    let error = OAuthError::temporarily_unavailable("Too many requests from this address; try again in a minute.");
    Err(error.because("clients that nobody vouches for left too many requests from one address within a minute").into())
}

/// Whether a request is small enough to be kept for this client.
///
/// # Errors
/// `invalid_request`.
pub fn check_size(client: &Client, request: &str) -> Result<(), Failure> {
    if request.len() <= MAX_REQUEST || !is_anybody(client) {
        return Ok(());
    }
    Err(OAuthError::invalid_request("The request is larger than 16 KiB.").into())
}
