//! What nodes do one after the other, because it depends on how many of something there are.

use diesel::QueryResult;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl as _;

use super::Conn;

/// The advisory lock of who counts the clients in quarantine: "quara" in ASCII.
const QUARANTINE: i64 = 0x71_75_61_72_61;

/// Waits for everybody who counts the clients in quarantine; the turn ends with the transaction.
pub async fn quarantine(conn: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("select pg_advisory_xact_lock($1)").bind::<BigInt, _>(QUARANTINE).execute(conn).await.map(drop)
}
