//! Which clients know a browser session, and the queue of logouts that they have not been told of yet.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Conn, audit, is_storable};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::client::ClientMetadata;
use crate::model::logout_delivery::{LogoutDelivery, MOST_PER_CLIENT};
use crate::store::sql::schema::{clients, logout_deliveries, session_clients, sessions};
use crate::store::sql::types::{Id, Json, Time};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = logout_deliveries)]
struct DeliveryRow {
    sid: String,
    client_id: String,
    subject: String,
    attempts: i32,
    due_at: Time,
    created_at: Time,
}

pub async fn note_session_client(conn: &mut Conn, sid: &str, client_id: &str, subject: &str, now: Timestamp) -> QueryResult<()> {
    let (client, person) = (session_clients::client_id.eq(client_id), session_clients::subject.eq(subject));
    let row = (session_clients::sid.eq(sid), client, person, session_clients::first_at.eq(Time(now)));
    diesel::insert_into(session_clients::table).values(row).on_conflict_do_nothing().execute(conn).await.map(drop)
}

pub async fn clients_of_session(conn: &mut Conn, sid: &str) -> QueryResult<Vec<String>> {
    if !is_storable(sid) {
        return Ok(Vec::new());
    }
    let query = session_clients::table.filter(session_clients::sid.eq(sid)).order(session_clients::client_id.asc());
    query.select(session_clients::client_id).load(conn).await
}

/// Queues the end of a session for every client that knows it and wants to be told. Part of the transaction that ends it.
pub(super) async fn announce(conn: &mut Conn, session: Id, now: Timestamp) -> QueryResult<()> {
    let query = sessions::table.find(session).select((sessions::sid, sessions::subject));
    let Some((sid, subject)): Option<(String, String)> = query.first(conn).await.optional()? else { return Ok(()) };
    let knowing: Vec<(String, Json<ClientMetadata>)> = session_clients::table
        .inner_join(clients::table)
        .filter(session_clients::sid.eq(&sid))
        .select((clients::client_id, clients::metadata))
        .load(conn)
        .await?;
    for (client_id, _) in knowing.into_iter().filter(|(_, metadata)| metadata.0.protocol.backchannel_logout_uri.is_some()) {
        let (sid, subject) = (sid.clone(), subject.clone());
        let row = DeliveryRow { sid, client_id, subject, attempts: 0, due_at: Time(now), created_at: Time(now) };
        diesel::insert_into(logout_deliveries::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    }
    Ok(())
}

/// The same for every live session of a user who is about to be deleted.
pub(super) async fn announce_all(conn: &mut Conn, subject: &str, now: Timestamp) -> QueryResult<()> {
    let live = sessions::table.filter(sessions::subject.eq(subject).and(sessions::ended_at.is_null()));
    let ids: Vec<Id> = live.order(sessions::id.asc()).select(sessions::id).load(conn).await?;
    for id in ids {
        announce(conn, id, now).await?;
    }
    Ok(())
}

/// Sessions were removed: who took part in them is of no use any more, unless a later session goes on under the same `sid`.
pub(super) async fn forget_clients_of(conn: &mut Conn, sids: &[String]) -> QueryResult<()> {
    let kept: Vec<String> = sessions::table.filter(sessions::sid.eq_any(sids)).select(sessions::sid).load(conn).await?;
    let gone: Vec<&String> = sids.iter().filter(|sid| !kept.contains(sid)).collect();
    diesel::delete(session_clients::table.filter(session_clients::sid.eq_any(gone))).execute(conn).await.map(drop)
}

pub async fn logouts_are_due(conn: &mut Conn, now: Timestamp) -> QueryResult<bool> {
    let due = logout_deliveries::table.filter(logout_deliveries::due_at.le(Time(now)));
    diesel::select(diesel::dsl::exists(due)).get_result(conn).await
}

pub async fn claim_logouts(
    conn: &mut Conn,
    (now, again_at): (Timestamp, Timestamp),
    limit: i64,
    busy: &[String],
) -> QueryResult<Vec<LogoutDelivery>> {
    let mut claimed = Vec::new();
    let mut rows = due_logouts(conn, now, limit, busy).await?;
    rows.sort_by(|one, other| (&one.client_id, &one.sid).cmp(&(&other.client_id, &other.sid))); // on every node in one order
    for row in rows {
        // Who counts the attempt has it: another node that read the same row finds that it was counted.
        let unchanged = logout_deliveries::table
            .find((&row.sid, &row.client_id))
            .filter(logout_deliveries::attempts.eq(row.attempts).and(logout_deliveries::due_at.le(Time(now))));
        let count = (logout_deliveries::attempts.eq(row.attempts + 1), logout_deliveries::due_at.eq(Time(again_at)));
        if diesel::update(unchanged).set(count).execute(conn).await? > 0 {
            let DeliveryRow { sid, client_id, subject, attempts, created_at, .. } = row;
            claimed.push(LogoutDelivery { sid, client_id, subject, attempts: attempts + 1, created_at: created_at.0 });
        }
    }
    Ok(claimed)
}

/// What is due, a few messages for each client: who has waited longest comes first, and none takes all the places.
async fn due_logouts(conn: &mut Conn, now: Timestamp, limit: i64, busy: &[String]) -> QueryResult<Vec<DeliveryRow>> {
    let due = logout_deliveries::table.filter(logout_deliveries::due_at.le(Time(now)));
    let free = due.filter(logout_deliveries::client_id.ne_all(busy)).group_by(logout_deliveries::client_id);
    let clients = free
        .select(logout_deliveries::client_id)
        .order((diesel::dsl::min(logout_deliveries::due_at).asc(), logout_deliveries::client_id.asc()))
        .limit(limit);
    let mut rows = Vec::new();
    for client_id in clients.load::<String>(conn).await? {
        let room = limit.saturating_sub(i64::try_from(rows.len()).unwrap_or(i64::MAX)).min(MOST_PER_CLIENT);
        let of_client = due
            .filter(logout_deliveries::client_id.eq(client_id))
            .order((logout_deliveries::due_at.asc(), logout_deliveries::sid.asc()))
            .limit(room);
        rows.extend(of_client.select(DeliveryRow::as_select()).load(conn).await?);
    }
    Ok(rows)
}

pub async fn postpone_logout(conn: &mut Conn, sid: &str, client_id: &str, due_at: Timestamp) -> QueryResult<()> {
    let row = logout_deliveries::table.find((sid, client_id));
    diesel::update(row).set(logout_deliveries::due_at.eq(Time(due_at))).execute(conn).await.map(drop)
}

pub async fn finish_logout(conn: &mut Conn, sid: &str, client_id: &str, given_up: Option<&AuditEvent>) -> QueryResult<()> {
    diesel::delete(logout_deliveries::table.find((sid, client_id))).execute(conn).await?;
    match given_up {
        Some(event) => audit::insert(conn, event).await,
        None => Ok(()),
    }
}
