//! A compact JWS that brings its own public key: a proof of possession (RFC 9449 §4.2). It proves that whoever made it holds the key, and
//! nothing else; the key is known by its thumbprint.

use serde_json::{Map, Value};

use super::client_keys::ClientKey;
use super::{Algorithm, JoseError, compact};

/// What the holder of a key has signed with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// The header, without the key.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// What signed it.
    pub algorithm: Algorithm,
    /// RFC 7638 thumbprint of the key.
    pub thumbprint: String,
}

/// Verifies a token with the `jwk` of its header: a strong public key of the type that the algorithm needs, without any private part.
///
/// # Errors
/// Why it proves nothing; never anything of its content.
pub fn verify(token: &str) -> Result<Embedded, JoseError> {
    let (signed, header, payload, signature) = compact::split(token)?;
    let mut header = compact::header(header)?;
    let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::of_client).ok_or(JoseError::Algorithm)?;
    let jwk = header.remove("jwk").ok_or(JoseError::UnknownKey)?;
    // It verifies this one signature, for which it is made once.
    let key = ClientKey::read(&jwk).map_err(|error| JoseError::Key(error.to_string()))?;
    if !key.is_for_signatures() || !key.can(algorithm) {
        return Err(JoseError::Algorithm);
    }
    key.verify(algorithm, signed.as_bytes(), &compact::decode(signature)?)?;
    let thumbprint = key.thumbprint().ok_or(JoseError::UnknownKey)?;
    Ok(Embedded { header, claims: compact::claims(payload)?, algorithm, thumbprint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_of_rfc_9449_is_verified_by_its_own_key() {
        // RFC 9449 §4.1
        let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR\
             nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj\
             oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4P\
             tFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let embedded = verify(proof).unwrap();
        assert_eq!(embedded.thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!((&embedded.header["typ"], &embedded.claims["htm"]), (&Value::from("dpop+jwt"), &Value::from("POST")));
        let (signed, signature) = proof.rsplit_once('.').unwrap();
        let other = signature.replacen('2', "3", 1);
        assert_eq!(verify(&format!("{signed}.{other}")), Err(JoseError::Signature));
        assert_eq!(verify(&format!("{signed}.{}", "A".repeat(86))), Err(JoseError::Signature), "a signature of zeros");
    }
}
