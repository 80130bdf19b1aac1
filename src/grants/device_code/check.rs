//! Whether a device code may be redeemed: RFC 8628 §3.4, §3.5. Pure.

use super::invalid_code;
use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::model::device_code::DeviceCode;
use crate::spec::error::{OAuthError, Refusal};

/// The rules in order: another client learns nothing, not even that the code has expired.
///
/// # Errors
/// `invalid_grant`, `expired_token`.
pub fn presented_by(code: &DeviceCode, client: &Client, now: Timestamp) -> Result<(), Refusal> {
    if code.client_id != client.client_id {
        return Err(invalid_code().because("the device code was issued to another client"));
    }
    if code.expires_at <= now {
        let age = now.since(code.expires_at).as_secs();
        return Err(OAuthError::expired_token("The device code has expired.").because(format!("the device code expired {age} s ago")));
    }
    Ok(())
}
