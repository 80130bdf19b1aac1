//! One-time values that were seen before. When the store cannot tell, that is an error: who asks must refuse.

use std::time::Duration;

use super::Kv;
use crate::store::StoreError;

/// Whether the value was seen before; this look leaves nothing behind.
pub async fn was_seen(kv: &Kv, kind: &str, key_hash: &str) -> Result<bool, StoreError> {
    Ok(kv.get(&format!("replay-{kind}:{key_hash}")).await?.is_some())
}

/// Whether the value was seen within the last `ttl`; from now on it was. Each kind has room of its own, so that a flood of proofs, which cost
/// nothing, shuts out no assertion, and one of clients that registered themselves nobody whom somebody here vouches for.
pub async fn seen(kv: &Kv, kind: &str, key_hash: &str, ttl: Duration) -> Result<bool, StoreError> {
    Ok(!kv.put_new(&format!("replay-{kind}:{key_hash}"), b"1", ttl).await?)
}
