//! Signing keys: the private halves arrive sealed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{Conn, audit, settings, turns};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::signing_key::SigningKey;
use crate::store::sql::schema::signing_keys;
use crate::store::sql::types::{Json, Time};

/// The setting that is there once keys were made: its row is what nodes that start together compete for.
const FIRST_KEYS: &str = "first_signing_keys";
/// Every installation has a key of it from the first start (OIDC Core §15.1).
const ALWAYS_THERE: &str = "RS256";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = signing_keys, primary_key(kid), treat_none_as_null = true)]
struct KeyRow {
    kid: String,
    algorithm: String,
    public_jwk: Json<Value>,
    sealed_private_jwk: Vec<u8>,
    created_at: Time,
    signs_from: Time,
    signs_until: Option<Time>,
    published_until: Option<Time>,
}

impl From<&SigningKey> for KeyRow {
    fn from(key: &SigningKey) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            public_jwk: Json(key.public_jwk.clone()),
            sealed_private_jwk: key.sealed_private_jwk.clone(),
            created_at: Time(key.created_at),
            signs_from: Time(key.signs_from),
            signs_until: key.signs_until.map(Time),
            published_until: key.published_until.map(Time),
        }
    }
}

impl From<KeyRow> for SigningKey {
    fn from(row: KeyRow) -> Self {
        Self {
            kid: row.kid,
            algorithm: row.algorithm,
            public_jwk: row.public_jwk.0,
            sealed_private_jwk: row.sealed_private_jwk,
            created_at: row.created_at.0,
            signs_from: row.signs_from.0,
            signs_until: row.signs_until.map(|time| time.0),
            published_until: row.published_until.map(|time| time.0),
        }
    }
}

pub async fn signing_keys(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<SigningKey>> {
    let rows: Vec<KeyRow> = signing_keys::table
        .filter(signing_keys::published_until.is_null().or(signing_keys::published_until.gt(Time(now))))
        .order((signing_keys::created_at.desc(), signing_keys::kid.asc()))
        .select(KeyRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(SigningKey::from).collect())
}

/// Whoever plans a rotation reads the keys, and then makes new ones, which takes a while.
pub async fn rotate_signing_keys(conn: &mut Conn, read: &[SigningKey], changed: &[SigningKey], event: &AuditEvent) -> QueryResult<bool> {
    turns::signing_keys(conn).await?;
    if signing_keys(conn, event.at).await? != read {
        return Ok(false);
    }
    put(conn, changed).await?;
    audit::insert_if(conn, true, event).await
}

/// The published keys are withdrawn and new ones take their place. Of an old row no more is looked at than its times: the rest may be
/// what nobody can read.
pub async fn replace_signing_keys(conn: &mut Conn, new: &[SigningKey], now: Timestamp, event: &AuditEvent) -> QueryResult<()> {
    turns::signing_keys(conn).await?;
    let published = || signing_keys::published_until.is_null().or(signing_keys::published_until.gt(Time(now)));
    let unended = signing_keys::signs_until.is_null().or(signing_keys::signs_until.gt(Time(now)));
    let end = Some(Time(now));
    diesel::update(signing_keys::table.filter(published()).filter(unended)).set(signing_keys::signs_until.eq(end)).execute(conn).await?;
    diesel::update(signing_keys::table.filter(published())).set(signing_keys::published_until.eq(end)).execute(conn).await?;
    put(conn, new).await?;
    audit::insert(conn, event).await
}

/// Whether there is one, published or not.
pub async fn signing_key_exists(conn: &mut Conn) -> QueryResult<bool> {
    Ok(signing_keys::table.count().get_result::<i64>(conn).await? > 0)
}

/// Whether there ever was a key of this algorithm that is made on demand. Its row may be damaged; that it was made is written down besides.
pub async fn had_signing_key(conn: &mut Conn, algorithm: &str) -> QueryResult<bool> {
    let rows: i64 = signing_keys::table.filter(signing_keys::algorithm.eq(algorithm)).count().get_result(conn).await?;
    Ok(rows > 0 || settings::setting(conn, &format!("{FIRST_KEYS}:{algorithm}")).await?.is_some())
}

/// The sealed halves of the published keys: `(kid, sealed)`.
pub async fn sealed_signing_keys(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<(String, Vec<u8>)>> {
    let published = signing_keys::published_until.is_null().or(signing_keys::published_until.gt(Time(now)));
    signing_keys::table.filter(published).select((signing_keys::kid, signing_keys::sealed_private_jwk)).load(conn).await
}

async fn put(conn: &mut Conn, keys: &[SigningKey]) -> QueryResult<()> {
    for key in keys {
        diesel::insert_into(signing_keys::table)
            .values(KeyRow::from(key))
            .on_conflict(signing_keys::kid)
            .do_update()
            .set(KeyRow::from(key))
            .execute(conn)
            .await?;
    }
    Ok(())
}

pub async fn create_first_signing_keys(conn: &mut Conn, keys: &[SigningKey], event: &AuditEvent) -> QueryResult<bool> {
    let algorithms: Vec<&str> = keys.iter().map(|key| key.algorithm.as_str()).collect();
    // Kinds of keys that come later, with a new version or on demand, have a row of their own, the same on every node.
    let name = match algorithms.contains(&ALWAYS_THERE) {
        true => FIRST_KEYS.to_owned(),
        false => format!("{FIRST_KEYS}:{}", algorithms.join(",")),
    };
    // The second node waits here until the first has committed.
    let first = settings::insert_if_absent(conn, &name, "made").await?;
    let same_kind: i64 = signing_keys::table.filter(signing_keys::algorithm.eq_any(&algorithms)).count().get_result(conn).await?;
    if !first || same_kind > 0 {
        return Ok(false);
    }
    put(conn, keys).await?;
    audit::insert_if(conn, true, event).await
}
