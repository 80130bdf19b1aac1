//! Refusals, kept for their owners to read. They are a convenience: a stranger must not be able to fill the store with them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Kv, unreadable};
use crate::clock::Timestamp;
use crate::model::audit::ErrorRecord;
use crate::store::StoreError;

/// How many are kept per hour in a store that has no ring of its own: of a week no more than a hundred megabytes or so.
const PER_HOUR: u64 = 1_000;

/// An error record as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    at: Timestamp,
    error: String,
    description: String,
    detail: String,
    endpoint: String,
    client_id: Option<String>,
    #[serde(default)]
    about: Option<String>,
}

/// Keeps a record for `ttl`, unless there are too many.
pub async fn save(kv: &Kv, record: &ErrorRecord, ttl: Duration) -> Result<(), StoreError> {
    if matches!(kv, Kv::Redis(_)) {
        let hour = record.at.as_seconds().div_euclid(3_600);
        if kv.bump(&format!("error-count:{hour}"), Duration::from_secs(7_200)).await? > PER_HOUR {
            return Ok(());
        }
    }
    let ErrorRecord { id, at, error, description, detail, endpoint, client_id, about } = record.clone();
    let stored = Stored { id, at, error, description, detail, endpoint, client_id, about };
    let value = serde_json::to_vec(&stored).map_err(|error| unreadable("an error record", error))?;
    kv.put(&format!("error:{}", record.id), &value, ttl).await
}

/// The record of an `error_id`.
pub async fn load(kv: &Kv, id: &str) -> Result<Option<ErrorRecord>, StoreError> {
    let Some(value) = kv.get(&format!("error:{id}")).await? else { return Ok(None) };
    let stored: Stored = serde_json::from_slice(&value).map_err(|error| unreadable("an error record", error))?;
    let Stored { id, at, error, description, detail, endpoint, client_id, about } = stored;
    Ok(Some(ErrorRecord { id, at, error, description, detail, endpoint, client_id, about }))
}
