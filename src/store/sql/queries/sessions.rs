//! Browser sessions.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Conn, audit, hash_of, is_storable, logouts, sign_in};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::session::Session;
use crate::secret::{Secret, TokenHash};
use crate::store::sql::schema::{grants, sessions};
use crate::store::sql::types::{Id, Json, Time};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: Id,
    pub token_hash: Vec<u8>,
    pub admin_token_hash: Option<Vec<u8>>,
    pub subject: String,
    pub sid: String,
    pub auth_time: Time,
    pub amr: Json<Vec<String>>,
    pub acr: String,
    pub user_agent: String,
    pub address: String,
    pub created_at: Time,
    pub last_seen_at: Time,
    pub expires_at: Time,
    pub ended_at: Option<Time>,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: Id(session.id),
            token_hash: session.token_hash.as_bytes().to_vec(),
            admin_token_hash: session.admin_token_hash.map(|hash| hash.as_bytes().to_vec()),
            subject: session.subject.clone(),
            sid: session.sid.clone(),
            auth_time: Time(session.auth_time),
            amr: Json(session.amr.clone()),
            acr: session.acr.clone(),
            user_agent: session.user_agent.replace('\0', ""),
            address: session.address.clone(),
            created_at: Time(session.created_at),
            last_seen_at: Time(session.last_seen_at),
            expires_at: Time(session.expires_at),
            ended_at: session.ended_at.map(Time),
        }
    }
}

impl SessionRow {
    fn into_session(self) -> QueryResult<Session> {
        let admin = self.admin_token_hash.map(|bytes| hash_of(&bytes, "sessions.admin_token_hash")).transpose()?;
        Ok(Session {
            id: self.id.0,
            token_hash: hash_of(&self.token_hash, "sessions.token_hash")?,
            admin_token_hash: admin,
            subject: self.subject,
            sid: self.sid,
            auth_time: self.auth_time.0,
            amr: self.amr.0,
            acr: self.acr,
            user_agent: self.user_agent,
            address: self.address,
            created_at: self.created_at.0,
            last_seen_at: self.last_seen_at.0,
            expires_at: self.expires_at.0,
            ended_at: self.ended_at.map(|time| time.0),
        })
    }
}

async fn insert(conn: &mut Conn, session: &Session) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(SessionRow::from(session)).execute(conn).await.map(drop)
}

pub async fn create_session(conn: &mut Conn, session: &Session, verified: &Secret<String>, event: &AuditEvent) -> QueryResult<bool> {
    sign_in::save(conn, session.into(), verified, event.into()).await
}

pub async fn session_by_token(conn: &mut Conn, token: &TokenHash) -> QueryResult<Option<Session>> {
    let query = sessions::table.filter(sessions::token_hash.eq(token.as_bytes().as_slice()));
    let row = query.select(SessionRow::as_select()).first(conn).await.optional()?;
    row.map(SessionRow::into_session).transpose()
}

pub async fn session_by_id(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Session>> {
    let row = sessions::table.find(Id(id)).select(SessionRow::as_select()).first(conn).await.optional()?;
    row.map(SessionRow::into_session).transpose()
}

pub async fn session_by_sid(conn: &mut Conn, sid: &str) -> QueryResult<Option<Session>> {
    if !is_storable(sid) {
        return Ok(None);
    }
    // Who signs in again in the same browser keeps the sid: the latest session is the one it names.
    let query = sessions::table.filter(sessions::sid.eq(sid)).order(sessions::created_at.desc());
    let row = query.select(SessionRow::as_select()).first(conn).await.optional()?;
    row.map(SessionRow::into_session).transpose()
}

pub async fn touch_session(conn: &mut Conn, id: Uuid, now: Timestamp) -> QueryResult<()> {
    diesel::update(sessions::table.find(Id(id))).set(sessions::last_seen_at.eq(Time(now))).execute(conn).await.map(drop)
}

pub async fn sessions_of(conn: &mut Conn, subject: &str, now: Timestamp) -> QueryResult<Vec<Session>> {
    let live = sessions::ended_at.is_null().and(sessions::expires_at.gt(Time(now)));
    let query = sessions::table.filter(sessions::subject.eq(subject)).filter(live).order(sessions::created_at.desc());
    let rows: Vec<SessionRow> = query.select(SessionRow::as_select()).load(conn).await?;
    rows.into_iter().map(SessionRow::into_session).collect()
}

/// Ends one session and revokes the grants that do not outlive it.
async fn end(conn: &mut Conn, id: Id, now: Timestamp) -> QueryResult<bool> {
    let live = sessions::table.find(id).filter(sessions::ended_at.is_null());
    let ended = diesel::update(live).set(sessions::ended_at.eq(Time(now))).execute(conn).await? > 0;
    let bound = grants::session_id.eq(id).and(grants::offline.eq(false)).and(grants::revoked_at.is_null());
    diesel::update(grants::table.filter(bound)).set(grants::revoked_at.eq(Time(now))).execute(conn).await?;
    Ok(ended)
}

pub async fn end_session(conn: &mut Conn, id: Uuid, now: Timestamp, event: &AuditEvent) -> QueryResult<bool> {
    let ended = end(conn, Id(id), now).await?;
    if ended {
        logouts::announce(conn, Id(id), now).await?;
    }
    audit::insert_if(conn, ended, event).await
}

pub async fn end_sessions_of(conn: &mut Conn, subject: &str, except: Option<Uuid>, now: Timestamp, event: &AuditEvent) -> QueryResult<u64> {
    let live: Vec<Id> = sessions::table
        .filter(sessions::subject.eq(subject).and(sessions::ended_at.is_null()))
        .order(sessions::id.asc())
        .select(sessions::id)
        .load(conn)
        .await?;
    let mut ended = 0;
    for id in live.into_iter().filter(|id| Some(id.0) != except) {
        if end(conn, id, now).await? {
            logouts::announce(conn, id, now).await?;
            ended += 1;
        }
    }
    audit::insert(conn, event).await?;
    Ok(ended)
}

/// Ends sessions that have run out or were idle since `idle_since`, as a sign-out does: their grants die, and clients are told (Back-Channel
/// Logout §2). In the order in which others end several, so that nobody waits for somebody who waits.
pub(super) async fn end_what_ran_out(conn: &mut Conn, now: Timestamp, idle_since: Timestamp, limit: i64) -> QueryResult<usize> {
    let live = || sessions::table.filter(sessions::ended_at.is_null()).select(sessions::id).limit(limit);
    let mut over: Vec<Id> = live().filter(sessions::expires_at.le(Time(now))).load(conn).await?;
    over.extend(live().filter(sessions::last_seen_at.le(Time(idle_since))).load::<Id>(conn).await?);
    over.sort_unstable_by_key(|id| id.0);
    over.dedup_by_key(|id| id.0);
    let mut ended = 0;
    for id in over {
        if end(conn, id, now).await? {
            logouts::announce(conn, id, now).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

pub async fn replace_session(
    conn: &mut Conn,
    old: Uuid,
    new: &Session,
    verified: &Secret<String>,
    (ended, started): (&AuditEvent, &AuditEvent),
) -> QueryResult<bool> {
    if !sign_in::stands(conn, &new.subject, verified).await? {
        return Ok(false);
    }
    // The old session is locked before the grants are moved, so that none is saved under it meanwhile.
    let live = sessions::table.find(Id(old)).filter(sessions::ended_at.is_null());
    let lived = diesel::update(live).set(sessions::ended_at.eq(Time(new.created_at))).execute(conn).await? > 0;
    insert(conn, new).await?;
    let of_the_same_user = grants::session_id.eq(Id(old)).and(grants::subject.eq(&new.subject));
    diesel::update(grants::table.filter(of_the_same_user)).set(grants::session_id.eq(Id(new.id))).execute(conn).await?;
    end(conn, Id(old), new.created_at).await?;
    audit::insert_if(conn, lived, ended).await?;
    audit::insert_if(conn, true, started).await
}
