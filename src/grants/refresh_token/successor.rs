//! The successor of a refresh token: a keyed function of the token itself, so that the same old token always yields the same new one
//! although neither is stored. RFC 9700 §4.14.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sealing::{Purpose, Sealer};
use crate::secret::Secret;

/// The readable prefix of refresh tokens.
pub const PREFIX: &str = "rt_";

/// HMAC-SHA-256 under a key derived from the master key.
pub fn of(sealer: &Sealer, presented: &Secret<String>) -> Secret<String> {
    let code = sealer.hmac(Purpose::RefreshSuccessor, presented.expose().as_bytes());
    Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(code)))
}
