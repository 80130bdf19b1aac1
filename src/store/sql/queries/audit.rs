//! The append-only audit record.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::Conn;
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::store::sql::outcome::AuditFilter;
use crate::store::sql::schema::audit_events;
use crate::store::sql::types::{Id, Json, Time};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
pub struct EventRow {
    pub id: Id,
    pub at: Time,
    pub kind: String,
    pub actor: String,
    pub subject: Option<String>,
    pub client_id: Option<String>,
    pub detail: Json<Value>,
}

impl From<&AuditEvent> for EventRow {
    fn from(event: &AuditEvent) -> Self {
        Self {
            id: Id(event.id),
            at: Time(event.at),
            kind: event.kind.clone(),
            actor: event.actor.clone(),
            subject: event.subject.clone(),
            client_id: event.client_id.clone(),
            detail: Json(event.detail.clone()),
        }
    }
}

impl From<EventRow> for AuditEvent {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id.0,
            at: row.at.0,
            kind: row.kind,
            actor: row.actor,
            subject: row.subject,
            client_id: row.client_id,
            detail: row.detail.0,
        }
    }
}

pub(super) async fn insert(conn: &mut Conn, event: &AuditEvent) -> QueryResult<()> {
    diesel::insert_into(audit_events::table).values(EventRow::from(event)).execute(conn).await.map(drop)
}

/// Records what was done, if it was, and says so.
pub(super) async fn insert_if(conn: &mut Conn, done: bool, event: &AuditEvent) -> QueryResult<bool> {
    if done {
        insert(conn, event).await?;
    }
    Ok(done)
}

pub async fn record(conn: &mut Conn, events: &[AuditEvent]) -> QueryResult<()> {
    for event in events {
        insert(conn, event).await?;
    }
    Ok(())
}

pub async fn audit_page(
    conn: &mut Conn,
    filter: &AuditFilter,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> QueryResult<Vec<AuditEvent>> {
    let mut query = audit_events::table.select(EventRow::as_select()).into_boxed();
    if let Some(kind) = &filter.kind {
        query = query.filter(audit_events::kind.eq(kind));
    }
    if let Some(subject) = &filter.subject {
        query = query.filter(audit_events::subject.eq(subject));
    }
    if let Some(client_id) = &filter.client_id {
        query = query.filter(audit_events::client_id.eq(client_id));
    }
    if let Some(since) = filter.since {
        query = query.filter(audit_events::at.ge(Time(since)));
    }
    if let Some((at, id)) = before {
        let earlier_in_the_same_moment = audit_events::at.eq(Time(at)).and(audit_events::id.lt(Id(id)));
        query = query.filter(audit_events::at.le(Time(at))).filter(audit_events::at.lt(Time(at)).or(earlier_in_the_same_moment));
    }
    let rows: Vec<EventRow> = query.order((audit_events::at.desc(), audit_events::id.desc())).limit(limit).load(conn).await?;
    Ok(rows.into_iter().map(AuditEvent::from).collect())
}
