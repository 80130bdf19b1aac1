//! Removing what nobody needs any more, in small batches found by an index on expiry.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Conn, logouts, registration};
use crate::clock::Timestamp;
use crate::store::sql::schema::{audit_events, authentication_requests, consents, grants, refresh_tokens, revoked_tokens, sessions};
use crate::store::sql::types::{Id, Time};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Sessions that end in one go: each has clients to be told of it.
const ENDED_AT_ONCE: i64 = 50;
/// How long sessions stay after their end.
const SESSIONS_KEPT: u32 = 30;
/// How long audit events stay.
const AUDIT_KEPT: u32 = 400;

pub async fn sweep(conn: &mut Conn, now: Timestamp, idle_since: Timestamp, limit: i64) -> QueryResult<u64> {
    super::super::audit_months::keep(conn, Time(now), Time(now - DAY * AUDIT_KEPT)).await?;
    let removed = super::sessions::end_what_ran_out(conn, now, idle_since, limit.min(ENDED_AT_ONCE)).await?
        + sessions(conn, now, limit).await?
        + refresh_tokens(conn, now, limit).await?
        + grants(conn, now, limit).await?
        + consents(conn, now, limit).await?
        + authentication_requests(conn, now, limit).await?
        + revoked_tokens(conn, now, limit).await?
        + registration::sweep(conn, now, limit).await?
        + audit_events(conn, now, limit).await?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

async fn sessions(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let long_ago = Time(now - DAY * SESSIONS_KEPT);
    let gone: Vec<Id> = sessions::table.filter(sessions::ended_at.lt(long_ago)).limit(limit).select(sessions::id).load(conn).await?;
    let sids: Vec<String> = sessions::table.filter(sessions::id.eq_any(&gone)).select(sessions::sid).load(conn).await?;
    let removed = diesel::delete(sessions::table.filter(sessions::id.eq_any(&gone))).execute(conn).await?;
    logouts::forget_clients_of(conn, &sids).await?;
    Ok(removed)
}

async fn refresh_tokens(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let query = refresh_tokens::table.filter(refresh_tokens::expires_at.lt(Time(now))).limit(limit);
    let gone: Vec<Vec<u8>> = query.select(refresh_tokens::hash).load(conn).await?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::hash.eq_any(gone))).execute(conn).await
}

async fn grants(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let query = grants::table.filter(grants::expires_at.lt(Time(now))).limit(limit);
    let gone: Vec<Id> = query.select(grants::id).load(conn).await?;
    diesel::delete(grants::table.filter(grants::id.eq_any(gone))).execute(conn).await
}

async fn consents(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let query = consents::table.filter(consents::expires_at.lt(Time(now))).limit(limit);
    let gone: Vec<(String, String)> = query.select((consents::subject, consents::client_id)).load(conn).await?;
    let mut removed = 0;
    for (subject, client_id) in &gone {
        let expired = consents::table.find((subject, client_id)).filter(consents::expires_at.lt(Time(now)));
        removed += diesel::delete(expired).execute(conn).await?;
    }
    Ok(removed)
}

/// A day after their end: until then a client is told that they have expired.
async fn authentication_requests(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let query = authentication_requests::table.filter(authentication_requests::expires_at.lt(Time(now - DAY))).limit(limit);
    let gone: Vec<Id> = query.select(authentication_requests::id).load(conn).await?;
    diesel::delete(authentication_requests::table.filter(authentication_requests::id.eq_any(gone))).execute(conn).await
}

async fn revoked_tokens(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let query = revoked_tokens::table.filter(revoked_tokens::expires_at.lt(Time(now))).limit(limit);
    let gone: Vec<String> = query.select(revoked_tokens::jti).load(conn).await?;
    diesel::delete(revoked_tokens::table.filter(revoked_tokens::jti.eq_any(gone))).execute(conn).await
}

async fn audit_events(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let query = audit_events::table.filter(audit_events::at.lt(Time(now - DAY * AUDIT_KEPT))).limit(limit);
    let gone: Vec<Id> = query.select(audit_events::id).load(conn).await?;
    diesel::delete(audit_events::table.filter(audit_events::id.eq_any(gone))).execute(conn).await
}
