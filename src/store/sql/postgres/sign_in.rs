//! A new session, its audit event and the proof that its password still is the one that was verified are one statement, and so one round trip.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult};
use diesel_async::RunQueryDsl as _;

use super::Conn;
use super::queries::audit::EventRow;
use super::queries::sessions::SessionRow;
use crate::secret::Secret;
use crate::store::sql::schema::{audit_events, passwords, sessions, users};

#[derive(QueryId)]
struct SignIn {
    session: SessionRow,
    verified: String,
    event: EventRow,
}

impl SignIn {
    /// The person who can sign in by the password that was verified, which can have been a while ago: both rows are locked, the password's
    /// first as by everybody who changes it, and of both the newest version counts.
    fn proven<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "proven as materialized (select u.subject from passwords p join users u on u.subject = p.subject \
             where u.locked_at is null and p.subject = ",
        );
        out.push_bind_param::<Text, _>(&self.session.subject)?;
        out.push_sql(" and p.hash = ");
        out.push_bind_param::<Text, _>(&self.verified)?;
        out.push_sql(" for share)");
        Ok(())
    }
}

impl QueryFragment<Pg> for SignIn {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with ");
        self.proven(&mut out)?;
        out.push_sql(", started as (");
        insert_row!(out; sessions: SessionRow = &self.session; id, token_hash, admin_token_hash, subject, sid, auth_time, amr, acr, user_agent,
            address, created_at, last_seen_at, expires_at, ended_at);
        out.push_sql(" from proven returning id) ");
        insert_row!(out; audit_events: EventRow = &self.event; id, at, kind, actor, subject, client_id, detail);
        out.push_sql(" from started");
        Ok(())
    }
}

/// Saves both; false, and neither, when the password is another by now or the person is locked.
pub async fn save(conn: &mut Conn, session: SessionRow, verified: &Secret<String>, event: EventRow) -> QueryResult<bool> {
    let statement = SignIn { session, verified: verified.expose().clone(), event };
    Ok(statement.execute(conn).await? > 0)
}

/// Whether the person can sign in by the password that was verified. What it depends on stays so until the transaction ends.
pub async fn stands(conn: &mut Conn, subject: &str, verified: &Secret<String>) -> QueryResult<bool> {
    let proven = passwords::table
        .inner_join(users::table)
        .filter(passwords::subject.eq(subject).and(passwords::hash.eq(verified.expose())).and(users::locked_at.is_null()))
        .select(users::subject)
        .for_share();
    proven.first::<String>(conn).await.optional().map(|found| found.is_some())
}
