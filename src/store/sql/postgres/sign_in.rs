//! A new session and its audit event are one statement, and so one round trip.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel_async::RunQueryDsl as _;

use super::Conn;
use super::queries::audit::EventRow;
use super::queries::sessions::SessionRow;
use crate::store::sql::schema::{audit_events, sessions};

/// Two statements that write, as one: both or none.
struct Together<One, Other>(One, Other);

impl<One: QueryId, Other: QueryId> QueryId for Together<One, Other> {
    type QueryId = Together<One::QueryId, Other::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = One::HAS_STATIC_QUERY_ID && Other::HAS_STATIC_QUERY_ID;
}

impl<One: QueryFragment<Pg>, Other: QueryFragment<Pg>> QueryFragment<Pg> for Together<One, Other> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with one as (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") ");
        self.1.walk_ast(out)
    }
}

/// Saves both.
pub async fn save(conn: &mut Conn, session: SessionRow, event: EventRow) -> QueryResult<()> {
    let session = diesel::insert_into(sessions::table).values(session);
    let event = diesel::insert_into(audit_events::table).values(event);
    Together(session, event).execute(conn).await.map(drop)
}
