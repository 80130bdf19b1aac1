//! What is done one after the other, because it depends on how many of something there are: everything that writes, here.

use diesel::QueryResult;

use super::Conn;

/// A transaction that writes has the file to itself from its beginning.
#[expect(clippy::unused_async, reason = "as on Postgres, which waits")]
pub async fn quarantine(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}
