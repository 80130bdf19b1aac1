//! Revoked tokens that no grant stands behind (RFC 7009).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Conn, audit, is_storable};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::store::sql::schema::revoked_tokens;
use crate::store::sql::types::Time;

pub async fn revoke_token(conn: &mut Conn, jti: &str, expires_at: Timestamp, event: Option<&AuditEvent>) -> QueryResult<()> {
    let values = (revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(Time(expires_at)));
    let insert = diesel::insert_into(revoked_tokens::table).values(values).on_conflict(revoked_tokens::jti).do_nothing();
    let revoked = insert.execute(conn).await? > 0;
    if let Some(event) = event {
        audit::insert_if(conn, revoked, event).await?;
    }
    Ok(())
}

pub async fn token_is_revoked(conn: &mut Conn, jti: &str) -> QueryResult<bool> {
    if !is_storable(jti) {
        return Ok(false);
    }
    diesel::select(diesel::dsl::exists(revoked_tokens::table.find(jti))).get_result(conn).await
}
