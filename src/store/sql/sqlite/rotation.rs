//! A rotation is one transaction, since no statement of SQLite changes two rows in two ways; and one visit to the thread that works on
//! the file, which costs more than the statements do.

use diesel::prelude::*;

use super::Conn;
use super::queries::refresh_tokens::TokenRow;
use crate::model::refresh_token::RefreshToken;
use crate::store::sql::schema::{grants, refresh_tokens as tokens};
use crate::store::sql::types::{Id, Time};

/// Whether it was this call that rotated.
pub async fn rotate(conn: &mut Conn, hash: &[u8], successor: &RefreshToken, now: Time) -> QueryResult<bool> {
    let (hash, grant_id, successor) = (hash.to_vec(), Id(successor.grant_id), TokenRow::from(successor));
    conn.spawn_blocking(move |connection| {
        connection.immediate_transaction(|connection| {
            let live = grants::table.filter(grants::revoked_at.is_null()).select(grants::id);
            let newest = tokens::table
                .filter(tokens::hash.eq(hash).and(tokens::rotated_at.is_null()))
                .filter(tokens::grant_id.eq(grant_id).and(tokens::grant_id.eq_any(live)));
            if diesel::update(newest).set(tokens::rotated_at.eq(now)).execute(connection)? == 0 {
                return Ok(false);
            }
            diesel::insert_into(tokens::table).values(successor).execute(connection).map(|_| true)
        })
    })
    .await
}
