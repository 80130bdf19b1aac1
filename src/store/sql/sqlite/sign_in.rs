//! A new session, its audit event and the proof that its password still is the one that was verified are one transaction, and one visit to
//! the thread that works on the file.

use diesel::prelude::*;

use super::Conn;
use super::queries::audit::EventRow;
use super::queries::sessions::SessionRow;
use crate::secret::Secret;
use crate::store::sql::schema::{audit_events, passwords, sessions, users};

/// Saves both; false, and neither, when the password is another by now or the person is locked.
pub async fn save(conn: &mut Conn, session: SessionRow, verified: &Secret<String>, event: EventRow) -> QueryResult<bool> {
    let verified = verified.clone();
    let work = move |connection: &mut SqliteConnection| {
        if proven(&session.subject, &verified).first::<String>(connection).optional()?.is_none() {
            return Ok(false);
        }
        diesel::insert_into(sessions::table).values(session).execute(connection)?;
        diesel::insert_into(audit_events::table).values(event).execute(connection).map(|_| true)
    };
    conn.spawn_blocking(move |connection| connection.immediate_transaction(work)).await
}

/// Whether the person can sign in by the password that was verified. A transaction that writes has the file to itself from its beginning.
pub async fn stands(conn: &mut Conn, subject: &str, verified: &Secret<String>) -> QueryResult<bool> {
    diesel_async::RunQueryDsl::first::<String>(proven(subject, verified), conn).await.optional().map(|found| found.is_some())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn proven<'a>(subject: &'a str, verified: &'a Secret<String>) -> _ {
    let hash: &'a str = verified.expose().as_str();
    passwords::table
        .inner_join(users::table)
        .filter(passwords::subject.eq(subject).and(passwords::hash.eq(hash)).and(users::locked_at.is_null()))
        .select(users::subject)
}
