//! The holder of a key, who proves that it holds it: the other side of [`embedded`](super::embedded). RFC 9449 §4.2.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, JwsSigner};
use serde_json::{Value, json};

use super::{Algorithm, JoseError, keys, thumbprint};
use crate::entropy::Entropy;
use crate::secret::Secret;

/// A P-256 key pair.
pub struct Holder {
    /// RFC 7638 thumbprint: the `jkt` of what is bound to the key.
    pub thumbprint: String,
    public_jwk: Value,
    signer: Box<dyn JwsSigner>,
}

impl Holder {
    /// A new private JWK.
    ///
    /// # Errors
    /// [`JoseError::Key`] when it cannot be made.
    pub fn new_key(entropy: &dyn Entropy) -> Result<Secret<String>, JoseError> {
        Ok(keys::generate(Algorithm::ES256, entropy)?.private_jwk)
    }

    /// Reads a private JWK: RFC 7518 §6.2.
    ///
    /// # Errors
    /// [`JoseError::Key`] when it is none for ES256.
    pub fn read(private_jwk: &Secret<String>) -> Result<Self, JoseError> {
        let unfit = |_| JoseError::Key("it is not a private JWK of the curve P-256".to_owned());
        let private = Jwk::from_bytes(private_jwk.expose()).map_err(unfit)?;
        let signer = ES256.signer_from_jwk(&private).map_err(unfit)?;
        let private = Value::Object(private.into());
        let member = |name| private.get(name).cloned().unwrap_or_default();
        let public_jwk = json!({"kty": "EC", "crv": "P-256", "x": member("x"), "y": member("y")});
        let thumbprint = thumbprint(&public_jwk).ok_or_else(|| JoseError::Key("the key lacks its public half".to_owned()))?;
        Ok(Self { thumbprint, public_jwk, signer: Box::new(signer) })
    }

    /// A compact JWS that brings its public key: RFC 7515 §4.1.3.
    ///
    /// # Errors
    /// [`JoseError::Key`] when the key does not sign.
    pub fn sign(&self, typ: &str, claims: &Value) -> Result<String, JoseError> {
        let header = json!({"typ": typ, "alg": "ES256", "jwk": self.public_jwk});
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.signer.sign(signed.as_bytes()).map_err(|error| JoseError::Key(format!("signing: {error}")))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holder({})", self.thumbprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;
    use crate::jose::embedded;

    #[test]
    fn what_a_holder_signs_is_verified_by_the_key_that_comes_along() {
        let key = Holder::new_key(&OsEntropy).unwrap();
        let holder = Holder::read(&key).unwrap();
        let proof = holder.sign("dpop+jwt", &json!({"htm": "POST"})).unwrap();
        let embedded = embedded::verify(&proof).unwrap();
        assert_eq!((embedded.thumbprint, &embedded.claims["htm"]), (holder.thumbprint, &json!("POST")));
        assert_eq!(embedded.header["typ"], "dpop+jwt");
        assert!(!proof.contains(&URL_SAFE_NO_PAD.encode("\"d\"")));
        for bad in ["{}", "x", r#"{"kty":"EC","crv":"P-256","x":"a","y":"b"}"#] {
            assert!(Holder::read(&Secret::new(bad.to_owned())).is_err(), "{bad}");
        }
    }
}
