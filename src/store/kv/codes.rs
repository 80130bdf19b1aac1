//! Authorization codes, under the hash of the code: RFC 6749 §4.1.2 "MUST NOT use the authorization code more than once".

use std::time::Duration;

use super::{Kv, unreadable};
use crate::model::authorization_code::AuthorizationCode;
use crate::secret::TokenHash;
use crate::store::StoreError;

/// What a code that has been used leaves behind; the client that it was given to follows after a `:`.
const USED: &[u8] = b"used";
/// How long a used code is remembered.
const REMEMBERED: Duration = Duration::from_secs(600);

/// What a presented code is, before it is claimed.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
pub enum Loaded {
    /// It can be claimed.
    Live(AuthorizationCode),
    /// This client claimed it, to which it was given.
    Used(String),
    /// It never was, or was long ago.
    Unknown,
}

/// What came of claiming a code.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
#[must_use]
pub enum Claimed {
    /// The caller has it; nobody else ever will.
    Live(AuthorizationCode),
    /// Somebody else was first.
    Replayed,
    /// It never was, or was long ago.
    Unknown,
}

fn key(hash: &TokenHash) -> String {
    format!("code:{}", hash.hex())
}

/// The client that a used code was given to; nobody, where a version before this one has marked it.
fn user(value: &[u8]) -> Option<String> {
    let mark = value.strip_prefix(USED)?;
    Some(mark.strip_prefix(b":").map_or_else(String::new, |client_id| String::from_utf8_lossy(client_id).into_owned()))
}

fn parse(bytes: &[u8]) -> Result<AuthorizationCode, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| unreadable("an authorization code", error))
}

/// Keeps a code for `ttl`.
pub async fn save(kv: &Kv, hash: &TokenHash, code: &AuthorizationCode, ttl: Duration) -> Result<(), StoreError> {
    let value = serde_json::to_vec(code).map_err(|error| unreadable("an authorization code", error))?;
    kv.put(&key(hash), &value, ttl).await
}

/// Looks at a code, so that a wrong client, verifier or redirect URI does not burn it.
pub async fn load(kv: &Kv, hash: &TokenHash) -> Result<Loaded, StoreError> {
    Ok(match kv.get(&key(hash)).await? {
        None => Loaded::Unknown,
        Some(value) => match user(&value) {
            Some(client_id) => Loaded::Used(client_id),
            None => Loaded::Live(parse(&value)?),
        },
    })
}

/// Claims a code for the client that it was given to, in one atomic step.
pub async fn claim(kv: &Kv, hash: &TokenHash, client_id: &str) -> Result<Claimed, StoreError> {
    let mark = [USED, b":", client_id.as_bytes()].concat();
    Ok(match kv.swap(&key(hash), &mark, REMEMBERED).await? {
        None => Claimed::Unknown,
        Some(value) if value.starts_with(USED) => Claimed::Replayed,
        Some(value) => Claimed::Live(parse(&value)?),
    })
}
