//! A new session and its audit event are one transaction, and one visit to the thread that works on the file.

use diesel::prelude::*;

use super::Conn;
use super::queries::audit::EventRow;
use super::queries::sessions::SessionRow;
use crate::store::sql::schema::{audit_events, sessions};

/// Saves both.
pub async fn save(conn: &mut Conn, session: SessionRow, event: EventRow) -> QueryResult<()> {
    let work = move |connection: &mut SqliteConnection| {
        diesel::insert_into(sessions::table).values(session).execute(connection)?;
        diesel::insert_into(audit_events::table).values(event).execute(connection).map(drop)
    };
    conn.spawn_blocking(move |connection| connection.immediate_transaction(work)).await
}
