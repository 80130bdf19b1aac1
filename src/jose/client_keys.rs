//! The public keys of clients (RFC 7517), and the signatures that they make (RFC 7515 §5.2, RFC 8725).
//!
//! A signature is checked with a key of the registration and with nothing else: whatever the header says about keys is no source of one.

mod key;
mod weak;

use serde_json::{Map, Value};

use super::{Algorithm, JoseError, compact};
pub use key::{ClientKey, KeyError};

/// More keys than this in one set are not looked at.
const MAX_KEYS: usize = 64;
/// Header members that offer a key of the sender's own choice (RFC 7515 §4.1.2, §4.1.3, §4.1.5).
const FOREIGN_KEYS: &[&str] = &["jwk", "jku", "x5u"];

/// The keys with which a client signs.
#[derive(Debug, Default)]
pub struct ClientKeys(Vec<ClientKey>);

/// A JWS whose signature is that of one of the client's keys. Its claims are the caller's to check.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    /// The header, which the signature covers.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// What signed it.
    pub algorithm: Algorithm,
}

impl ClientKeys {
    /// A set as somebody registers it: every key must be of use, and no two may have the same name.
    ///
    /// # Errors
    /// What is wrong with it, in half a sentence.
    pub fn registered(set: &Value) -> Result<Self, KeyError> {
        let keys = members(set)?.iter().map(ClientKey::parse).collect::<Result<Vec<_>, _>>()?;
        let kids: Vec<&str> = keys.iter().filter_map(ClientKey::kid).collect();
        if (1..kids.len()).any(|index| kids.get(index).is_some_and(|kid| kids.iter().take(index).any(|earlier| earlier == kid))) {
            return Err(KeyError("two keys have the same kid"));
        }
        if keys.is_empty() {
            return Err(KeyError("it holds no key"));
        }
        Ok(Self(keys))
    }

    /// A set as it was fetched. RFC 7517 §5: keys of unknown kinds, and those of no use, are left out.
    ///
    /// # Errors
    /// When it is no key set.
    pub fn fetched(set: &Value) -> Result<Self, KeyError> {
        Ok(Self(members(set)?.iter().filter_map(|key| ClientKey::parse(key).ok()).collect()))
    }

    /// A set that stands in a registration, where it was checked, read for one request. Anybody may send a token that is said to be the
    /// client's, so no verifier is made here: [`Self::verify`] chooses the one key that the token names, and makes that one's.
    ///
    /// # Errors
    /// When it is no key set.
    pub fn for_one_request(set: &Value) -> Result<Self, KeyError> {
        Ok(Self(members(set)?.iter().filter_map(|key| ClientKey::read(key).ok()).collect()))
    }

    /// The keys, for what else than signatures they are used.
    pub fn iter(&self) -> impl Iterator<Item = &ClientKey> {
        self.0.iter()
    }

    /// About how many bytes of memory they take.
    pub fn weight(&self) -> usize {
        self.0.iter().map(ClientKey::weight).sum()
    }

    /// Verifies a compact JWS. The key is named by `kid`, which only a set with a single key for signatures can do without
    /// (OIDC Core §10.1); the key decides which algorithms it can have, and `allowed` which of those it may have (RFC 8725 §3.1).
    ///
    /// # Errors
    /// Why it is not to be believed: [`JoseError::UnknownKey`] when no key of the set has its `kid`.
    pub fn verify(&self, token: &str, allowed: &[Algorithm]) -> Result<Signed, JoseError> {
        let (signed, header, payload, signature) = compact::split(token)?;
        let header = header_of(header)?;
        let named = header.get("alg").and_then(Value::as_str).and_then(Algorithm::of_client);
        let algorithm = named.filter(|algorithm| allowed.contains(algorithm)).ok_or(JoseError::Algorithm)?;
        let key = self.select(&header, algorithm)?;
        key.verify(algorithm, signed.as_bytes(), &compact::decode(signature)?)?;
        Ok(Signed { header, claims: compact::claims(payload)?, algorithm })
    }

    fn select(&self, header: &Map<String, Value>, algorithm: Algorithm) -> Result<&ClientKey, JoseError> {
        let mut signing = self.0.iter().filter(|key| key.is_for_signatures());
        let key = match header.get("kid") {
            None => match (signing.next(), signing.next()) {
                (Some(only), None) => only,
                _ => return Err(JoseError::UnknownKey),
            },
            Some(Value::String(kid)) => signing.find(|key| key.kid() == Some(kid)).ok_or(JoseError::UnknownKey)?,
            Some(_) => return Err(JoseError::Malformed("kid is not text")),
        };
        if key.can(algorithm) { Ok(key) } else { Err(JoseError::Algorithm) }
    }
}

/// Verifies a compact JWS that is signed with a shared secret: HS256, the only algorithm for which every secret of authy's is long enough
/// (RFC 7518 §3.2).
///
/// # Errors
/// Why it is not to be believed.
pub fn verify_with_secret(token: &str, secret: &str) -> Result<Map<String, Value>, JoseError> {
    let (signed, header, payload, signature) = compact::split(token)?;
    if header_of(header)?.get("alg").and_then(Value::as_str) != Some("HS256") {
        return Err(JoseError::Algorithm);
    }
    key::verify_hs256(secret.as_bytes(), signed.as_bytes(), &compact::decode(signature)?)?;
    compact::claims(payload)
}

/// Whether a header names an algorithm of shared secrets.
pub fn claims_shared_secret(header: &Map<String, Value>) -> bool {
    header.get("alg").and_then(Value::as_str).is_some_and(|alg| alg.starts_with("HS"))
}

fn members(set: &Value) -> Result<&Vec<Value>, KeyError> {
    let keys = set.get("keys").and_then(Value::as_array).ok_or(KeyError("it is no JSON Web Key Set: {\"keys\": […]}"))?;
    if keys.len() > MAX_KEYS { Err(KeyError("it holds more than 64 keys")) } else { Ok(keys) }
}

/// RFC 8725 §3.10: a key that a header brings or points to is not trusted, nor is the rest of such a token.
fn header_of(part: &str) -> Result<Map<String, Value>, JoseError> {
    let header = compact::header(part)?;
    if FOREIGN_KEYS.iter().any(|member| header.contains_key(*member)) {
        return Err(JoseError::Malformed("the header brings a key of its own"));
    }
    Ok(header)
}

#[cfg(test)]
mod tests;
