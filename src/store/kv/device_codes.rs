//! Device codes and user codes, under hashes: RFC 8628. A code has one outcome however many people answer at once, and is redeemed once.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Kv, unreadable};
use crate::model::approval::{Approval, Outcome};
use crate::model::device_code::DeviceCode;
use crate::secret::TokenHash;
use crate::spec::device::Polling;
use crate::store::StoreError;

/// What a redeemed outcome leaves behind.
const USED: &[u8] = b"used";
/// How long everything outlives the code itself, so that a late client is told why.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Where a device code stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Nobody has answered.
    Pending,
    /// Somebody has.
    Answered(Outcome),
    /// The client has been there before.
    Used,
}

fn code_key(hash: &TokenHash) -> String {
    format!("device:{}", hash.hex())
}

fn user_key(user_code: &str) -> String {
    format!("device-user:{user_code}")
}

fn outcome_key(hash: &TokenHash) -> String {
    format!("device-outcome:{}", hash.hex())
}

fn polling_key(hash: &TokenHash) -> String {
    format!("device-poll:{}", hash.hex())
}

fn write(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| unreadable("a device code", error))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| unreadable("a device code", error))
}

/// Keeps a code for `ttl`; false when somebody else has that user code.
pub async fn save(kv: &Kv, hash: &TokenHash, code: &DeviceCode, ttl: Duration) -> Result<bool, StoreError> {
    if !kv.put_new(&user_key(&code.user_code), &write(hash)?, ttl).await? {
        return Ok(false);
    }
    kv.put(&code_key(hash), &write(code)?, ttl + REMEMBERED).await?;
    Ok(true)
}

/// The code that a client presents.
pub async fn load(kv: &Kv, hash: &TokenHash) -> Result<Option<DeviceCode>, StoreError> {
    kv.get(&code_key(hash)).await?.map(|bytes| read(&bytes)).transpose()
}

/// The code that a person means, unless it was answered.
pub async fn by_user_code(kv: &Kv, user_code: &str) -> Result<Option<(TokenHash, DeviceCode)>, StoreError> {
    let Some(bytes) = kv.get(&user_key(user_code)).await? else { return Ok(None) };
    let hash: TokenHash = read(&bytes)?;
    Ok(load(kv, &hash).await?.map(|code| (hash, code)))
}

/// Answers, once: false when somebody was first.
pub async fn decide(kv: &Kv, hash: &TokenHash, code: &DeviceCode, outcome: &Outcome) -> Result<bool, StoreError> {
    // Longer than any code lives: it must outlast the code itself, whose end the reader compares with the clock.
    let first = kv.put_new(&outcome_key(hash), &write(outcome)?, REMEMBERED * 6).await?;
    kv.delete(&user_key(&code.user_code)).await?;
    Ok(first)
}

/// Looks, without using anything up.
pub async fn standing(kv: &Kv, hash: &TokenHash) -> Result<Standing, StoreError> {
    Ok(match kv.get(&outcome_key(hash)).await? {
        None => Standing::Pending,
        Some(value) if value == USED => Standing::Used,
        Some(value) => Standing::Answered(read(&value)?),
    })
}

/// Takes the approval, in one atomic step: one caller gets it.
pub async fn claim(kv: &Kv, hash: &TokenHash) -> Result<Option<Approval>, StoreError> {
    Ok(match kv.swap(&outcome_key(hash), USED, REMEMBERED * 6).await? {
        Some(value) if value != USED => match read(&value)? {
            Outcome::Approved(approval) => Some(*approval),
            Outcome::Denied => None,
        },
        _ => None,
    })
}

/// How often the client has asked.
pub async fn polling(kv: &Kv, hash: &TokenHash) -> Result<Polling, StoreError> {
    kv.get(&polling_key(hash)).await?.map_or_else(|| Ok(Polling::default()), |bytes| read(&bytes))
}

/// Remembers that the client has asked.
pub async fn save_polling(kv: &Kv, hash: &TokenHash, polling: Polling) -> Result<(), StoreError> {
    kv.put(&polling_key(hash), &write(&polling)?, REMEMBERED).await
}
