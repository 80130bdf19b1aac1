//! Authorization requests that wait for a person who has signed in, under the hash of their handle.

use std::time::Duration;

use super::{Kv, unreadable};
use crate::model::transaction::Transaction;
use crate::secret::TokenHash;
use crate::store::StoreError;

fn key(handle: &TokenHash) -> String {
    format!("transaction:{}", handle.hex())
}

fn parse(value: Option<Vec<u8>>) -> Result<Option<Transaction>, StoreError> {
    value.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(|error| unreadable("a transaction", error))
}

/// Keeps a transaction for `ttl`, in the place of an earlier state of it.
pub async fn save(kv: &Kv, handle: &TokenHash, transaction: &Transaction, ttl: Duration) -> Result<(), StoreError> {
    let value = serde_json::to_vec(transaction).map_err(|error| unreadable("a transaction", error))?;
    kv.put(&key(handle), &value, ttl).await
}

/// Looks at a transaction.
pub async fn load(kv: &Kv, handle: &TokenHash) -> Result<Option<Transaction>, StoreError> {
    parse(kv.get(&key(handle)).await?)
}

/// Ends a transaction; one caller gets it.
pub async fn take(kv: &Kv, handle: &TokenHash) -> Result<Option<Transaction>, StoreError> {
    parse(kv.take(&key(handle)).await?)
}
