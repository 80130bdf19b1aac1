//! The ordinary refresh is one transaction, and one visit to the thread that works on the file.

use diesel::prelude::*;

use super::Conn;
use super::queries::grants::GrantRow;
use super::queries::refresh_tokens::TokenRow;
use crate::store::sql::outcome::Renewal;
use crate::store::sql::schema::{grants, refresh_tokens as tokens, sessions, users};
use crate::store::sql::types::{Json, Time};

/// The grant of the token that this call rotated.
pub async fn renew(conn: &mut Conn, renewal: &Renewal) -> QueryResult<Option<GrantRow>> {
    let renewal = renewal.clone();
    conn.spawn_blocking(move |connection| connection.immediate_transaction(|connection| run(connection, &renewal))).await
}

fn run(connection: &mut SqliteConnection, renewal: &Renewal) -> QueryResult<Option<GrantRow>> {
    let Some((token, grant)) = find(connection, renewal)? else { return Ok(None) };
    let now = Time(renewal.now);
    diesel::update(tokens::table.find(&token.hash)).set(tokens::rotated_at.eq(now)).execute(connection)?;
    let successor = TokenRow {
        hash: renewal.successor.as_bytes().to_vec(),
        generation: token.generation.saturating_add(1),
        issued_at: now,
        expires_at: Time(renewal.expires_at.min(token.absolute_expires_at.0)),
        ..token
    };
    diesel::insert_into(tokens::table).values(successor).execute(connection)?;
    Ok(Some(grant))
}

fn find(connection: &mut SqliteConnection, renewal: &Renewal) -> QueryResult<Option<(TokenRow, GrantRow)>> {
    let now = Time(renewal.now);
    let fresh = sessions::expires_at.gt(now).and(sessions::last_seen_at.gt(Time(renewal.seen_since)));
    let live = sessions::table.filter(sessions::ended_at.is_null().and(fresh)).select(sessions::id.nullable());
    let granted = grants::revoked_at
        .is_null()
        .and(grants::client_id.eq(&renewal.client_id))
        .and(grants::resources.eq(Json(Vec::<String>::new())))
        .and(grants::offline.or(grants::session_id.eq_any(live).assume_not_null()));
    tokens::table
        .inner_join(grants::table.inner_join(users::table.on(grants::subject.eq(users::subject.nullable()))))
        .filter(tokens::hash.eq(renewal.hash.as_bytes().as_slice()))
        .filter(tokens::rotated_at.is_null().and(tokens::confirmation.is_null()))
        .filter(tokens::expires_at.gt(now).and(tokens::absolute_expires_at.gt(now)))
        .filter(granted)
        .filter(users::locked_at.is_null())
        .select((TokenRow::as_select(), GrantRow::as_select()))
        .first(connection)
        .optional()
}
