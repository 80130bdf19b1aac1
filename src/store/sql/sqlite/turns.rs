//! What is done one after the other, because it depends on how many of something there are, or on what was read before: everything that
//! writes, here. A transaction that writes has the file to itself from its beginning.

use diesel::QueryResult;

use super::Conn;

/// It is.
#[expect(clippy::unused_async, reason = "as on Postgres, which waits")]
pub async fn quarantine(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}

/// It is.
#[expect(clippy::unused_async, reason = "as on Postgres, which waits")]
pub async fn signing_keys(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}

/// It is.
#[expect(clippy::unused_async, reason = "as on Postgres, which waits")]
pub async fn resources(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}

/// It is.
#[expect(clippy::unused_async, reason = "as on Postgres, which waits")]
pub async fn authentication_requests(_: &mut Conn, _: &str) -> QueryResult<()> {
    Ok(())
}
