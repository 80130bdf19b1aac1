//! Counters of attempts, per kind (`login-account`, `login-address`, …) and hashed key, each over a window that starts with the first.

use std::time::Duration;

use super::Kv;
use crate::store::StoreError;

fn key(kind: &str, key_hash: &str) -> String {
    format!("throttle-{kind}:{key_hash}")
}

/// How many attempts the running window has seen.
pub async fn count(kv: &Kv, kind: &str, key_hash: &str) -> Result<u64, StoreError> {
    let value = kv.get(&key(kind, key_hash)).await?;
    Ok(value.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok()).unwrap_or(0))
}

/// Counts one more and returns the sum.
pub async fn bump(kv: &Kv, kind: &str, key_hash: &str, window: Duration) -> Result<u64, StoreError> {
    kv.add(&key(kind, key_hash), 1, window).await
}

/// Takes one back: it was no guess.
pub async fn take_back(kv: &Kv, kind: &str, key_hash: &str, window: Duration) -> Result<(), StoreError> {
    kv.add(&key(kind, key_hash), -1, window).await.map(drop)
}

/// Forgets the attempts.
pub async fn clear(kv: &Kv, kind: &str, key_hash: &str) -> Result<(), StoreError> {
    kv.delete(&key(kind, key_hash)).await
}
