//! The private key of ES256 (RFC 7518 §3.4). P-256 is the one curve whose signature costs less than what surrounds it: among other work that of
//! ring costs half of OpenSSL's, for it is a tenth of the code and allocates nothing (benches/README.md).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError::InvalidKeyFormat;
use josekit::jwk::Jwk;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::Value;

use crate::secret::Secret;

/// Octets of a signature: two numbers, one after the other.
pub const SIGNATURE_LENGTH: usize = 64;

/// A key pair, read once.
pub struct P256Key(Box<EcdsaKeyPair>);

impl P256Key {
    /// Reads a private JWK (RFC 7518 §6.2). That its halves belong together is checked.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(private: &Jwk) -> Result<Self, josekit::JoseError> {
        let invalid = |what: String| InvalidKeyFormat(anyhow::anyhow!(what));
        if private.curve() != Some("P-256") {
            return Err(invalid("the curve is not P-256".to_owned()));
        }
        let member = |name: &str| {
            let number = private.parameter(name).and_then(Value::as_str).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
            number.and_then(|number| filled(&number)).ok_or_else(|| invalid(format!("{name} is not a number of 32 octets")))
        };
        // SEC 1 §2.3.3: a point in full.
        let point = [&[4][..], &member("x")?, &member("y")?].concat();
        let scalar = Secret::new(member("d")?);
        EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, scalar.expose(), &point, &SystemRandom::new())
            .map(|pair| Self(Box::new(pair)))
            .map_err(|error| invalid(error.to_string()))
    }

    /// A signature of `message`. Its nonce comes from the system and from the key and the message: ring takes no other.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        Ok(self.0.sign(&SystemRandom::new(), message)?.as_ref().to_vec())
    }
}

/// A number with zeros before it: not every writer of keys keeps them.
fn filled(number: &[u8]) -> Option<[u8; 32]> {
    let mut filled = [0; 32];
    filled.get_mut(32_usize.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_example_key_of_rfc_7515_signs_and_one_of_two_halves_does_not() {
        // RFC 7515 §A.3.1
        let example = json!({
            "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
        });
        let read = |value: &Value| P256Key::read(&Jwk::from_map(value.as_object().unwrap().clone()).unwrap());
        assert_eq!(read(&example).unwrap().sign(b"message").unwrap().len(), SIGNATURE_LENGTH);
        let too_long = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0AAAA";
        for (member, value) in [("d", "AQ"), ("d", ""), ("x", "AQ"), ("crv", "P-384"), ("y", too_long)] {
            let mut wrong = example.clone();
            wrong[member] = json!(value);
            assert!(read(&wrong).is_err(), "{member} {value}");
        }
    }

    #[test]
    fn a_number_gets_its_zeros_back() {
        assert_eq!(filled(&[7; 31]).unwrap()[..2], [0, 7]);
        assert_eq!(filled(&[7; 32]), Some([7; 32]));
        assert_eq!(filled(&[7; 33]), None);
    }
}
