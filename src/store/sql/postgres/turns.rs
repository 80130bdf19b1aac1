//! What nodes do one after the other, because it depends on how many of something there are, or on what was read before.

use diesel::QueryResult;
use diesel::sql_types::{BigInt, Integer};
use diesel_async::RunQueryDsl as _;

use super::Conn;
use crate::secret::TokenHash;

/// The advisory lock of who counts the clients in quarantine: "quara" in ASCII.
const QUARANTINE: i64 = 0x71_75_61_72_61;
/// That of who replaces signing keys: "keys" in ASCII.
const SIGNING_KEYS: i64 = 0x6b_65_79_73;
/// That of who registers a resource: "apis" in ASCII.
const RESOURCES: i64 = 0x61_70_69_73;
/// Those of who counts what a client asks of people elsewhere, one for each client: "ciba" in ASCII.
const AUTHENTICATION_REQUESTS: i32 = 0x63_69_62_61;

/// Waits for everybody who counts the clients in quarantine; the turn ends with the transaction.
pub async fn quarantine(conn: &mut Conn) -> QueryResult<()> {
    wait(conn, QUARANTINE).await
}

/// Waits for everybody who replaces signing keys; the turn ends with the transaction.
pub async fn signing_keys(conn: &mut Conn) -> QueryResult<()> {
    wait(conn, SIGNING_KEYS).await
}

/// Waits for everybody who registers a resource; the turn ends with the transaction.
pub async fn resources(conn: &mut Conn) -> QueryResult<()> {
    wait(conn, RESOURCES).await
}

/// Waits for everybody who counts the waiting requests of this client; the turn ends with the transaction.
pub async fn authentication_requests(conn: &mut Conn, client_id: &str) -> QueryResult<()> {
    // Two clients of one number would wait for each other now and then.
    let number = TokenHash::of(client_id).as_bytes().first_chunk().copied().map_or(0, i32::from_be_bytes);
    let turn = diesel::sql_query("select pg_advisory_xact_lock($1, $2)");
    turn.bind::<Integer, _>(AUTHENTICATION_REQUESTS).bind::<Integer, _>(number).execute(conn).await.map(drop)
}

async fn wait(conn: &mut Conn, lock: i64) -> QueryResult<()> {
    diesel::sql_query("select pg_advisory_xact_lock($1)").bind::<BigInt, _>(lock).execute(conn).await.map(drop)
}
