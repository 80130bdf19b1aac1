//! Pushed authorization requests, under the hash of their `request_uri`: RFC 9126 §2.2, §7.3.

use std::time::Duration;

use super::{Kv, unreadable};
use crate::model::pushed_request::PushedRequest;
use crate::secret::TokenHash;
use crate::store::StoreError;

/// What a request that has been answered leaves behind.
const USED: &[u8] = b"used";
/// How long an answered request is remembered.
const REMEMBERED: Duration = Duration::from_secs(600);

/// What a `request_uri` is.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded {
    /// It can be answered.
    Live(PushedRequest),
    /// It was answered.
    Used,
    /// It never was, or was long ago.
    Unknown,
}

/// What came of answering a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claimed {
    /// By the caller; nobody else ever will.
    First,
    /// Somebody else was first, or it is gone.
    Late,
}

fn key(hash: &TokenHash) -> String {
    format!("pushed:{}", hash.hex())
}

fn parse(value: Option<Vec<u8>>) -> Result<Loaded, StoreError> {
    match value {
        None => Ok(Loaded::Unknown),
        Some(value) if value == USED => Ok(Loaded::Used),
        Some(value) => serde_json::from_slice(&value).map(Loaded::Live).map_err(|error| unreadable("a pushed request", error)),
    }
}

/// Keeps a request for `ttl`.
pub async fn save(kv: &Kv, hash: &TokenHash, request: &PushedRequest, ttl: Duration) -> Result<(), StoreError> {
    let value = serde_json::to_vec(request).map_err(|error| unreadable("a pushed request", error))?;
    kv.put(&key(hash), &value, ttl).await
}

/// Looks at a request: a page that is loaded twice before sign-in finds it twice.
pub async fn load(kv: &Kv, hash: &TokenHash) -> Result<Loaded, StoreError> {
    parse(kv.get(&key(hash)).await?)
}

/// Marks a request as answered, in one atomic step.
pub async fn claim(kv: &Kv, hash: &TokenHash) -> Result<Claimed, StoreError> {
    Ok(match kv.swap(&key(hash), USED, REMEMBERED).await? {
        Some(value) if value != USED => Claimed::First,
        _ => Claimed::Late,
    })
}
