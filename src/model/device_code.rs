//! A device that waits for a person: the payload of a device code (RFC 8628 §3.2), kept in the key-value store under the code's hash.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;

/// What a device asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceCode {
    /// The client on the device.
    pub client_id: String,
    /// The scopes it may have of those it asked for.
    pub scopes: Vec<String>,
    /// The resources it asked for (RFC 8707).
    pub resources: Vec<String>,
    /// What it asked for in detail (RFC 9396).
    #[serde(default)]
    pub authorization_details: Vec<Value>,
    /// Where its request came from: the person is shown it.
    pub address: String,
    /// The key under which the user code is kept, to be forgotten once there is an answer.
    pub user_code: String,
    /// When the code dies.
    pub expires_at: Timestamp,
}
