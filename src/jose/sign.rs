//! Claims to a compact JWS (RFC 7515 §3.1, §5.1).

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::JwsSigner;
use serde::Serialize;

use super::p256::{self, P256Key};
use super::{Algorithm, JoseError};

/// One private key, read once and kept: reading it again for every token would cost more than the signature. Cheap to clone.
#[derive(Clone)]
pub struct Signer {
    /// The `kid` of the header, the thumbprint of the key.
    pub kid: Arc<str>,
    /// The `alg` of the header.
    pub algorithm: Algorithm,
    key: Arc<PrivateKey>,
}

/// What signs.
pub(super) enum PrivateKey {
    /// RSA and Ed25519.
    Josekit(Box<dyn JwsSigner>),
    /// ES256.
    P256(P256Key),
}

/// The JOSE header, its members in this order (RFC 7515 §4.1).
#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    kid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<&'a str>,
}

impl Signer {
    pub(super) fn new(kid: &str, algorithm: Algorithm, key: PrivateKey) -> Self {
        Self { kid: kid.into(), algorithm, key: Arc::new(key) }
    }

    /// Signs `claims`, their members in the order in which they serialize. An RSA signature takes about a millisecond.
    ///
    /// # Errors
    /// [`JoseError::Key`] when the claims do not serialize to JSON or the key does not sign.
    pub fn sign(&self, typ: Option<&str>, claims: &impl Serialize) -> Result<String, JoseError> {
        let header = json(&Header { alg: self.algorithm.as_str(), kid: &self.kid, typ })?;
        let claims = json(claims)?;
        let mut token = String::with_capacity((header.len() + claims.len() + self.key.signature_length()) * 4 / 3 + 8);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.sign_raw(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// The bare signature of `message`.
    pub(super) fn sign_raw(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        self.key.sign(message)
    }
}

impl PrivateKey {
    fn signature_length(&self) -> usize {
        match self {
            Self::Josekit(signer) => signer.signature_len(),
            Self::P256(_) => p256::SIGNATURE_LENGTH,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        let trouble = |error: &dyn fmt::Display| JoseError::Key(format!("signing: {error}"));
        match self {
            Self::Josekit(signer) => signer.sign(message).map_err(|error| trouble(&error)),
            Self::P256(key) => key.sign(message).map_err(|error| trouble(&error)),
        }
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, JoseError> {
    serde_json::to_vec(value).map_err(|error| JoseError::Key(format!("writing JSON: {error}")))
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({} {})", self.algorithm, self.kid)
    }
}
