//! The payload of an authorization code, kept in the key-value store under the code's hash.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::model::grant::Grant;

/// What a code stands for: RFC 6749 §4.1.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationCode {
    /// The approval that becomes durable when the code is redeemed.
    pub grant: Grant,
    /// Where the code went; the token request must repeat it (RFC 6749 §4.1.3).
    pub redirect_uri: String,
    /// `nonce`, for the first ID Token.
    pub nonce: Option<String>,
    /// The S256 code challenge (RFC 7636 §4.3).
    pub code_challenge: Option<String>,
    /// The thumbprint of the DPoP key that redeems it: RFC 9449 §10.
    #[serde(default)]
    pub dpop_jkt: Option<String>,
    /// Whether a refresh token comes with it.
    pub refreshable: bool,
    /// Whether a token left by the browser beside the code: then the approval is saved already when the code is redeemed.
    #[serde(default)]
    pub beside_token: bool,
    /// When the code dies.
    pub expires_at: Timestamp,
}
