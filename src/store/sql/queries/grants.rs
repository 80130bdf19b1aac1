//! Approvals, and the tombstones of those whose code was replayed before they were saved.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{Conn, audit, locked, logouts, refresh_tokens, unreadable};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::grant::{Authentication, Grant};
use crate::model::refresh_token::RefreshToken;
use crate::store::sql::outcome::Redemption;
use crate::store::sql::schema::{grants, sessions, users};
use crate::store::sql::types::{Id, Json, Time};

/// How long a grant without a refresh token is kept: longer than any access token that names it.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
pub(super) struct GrantRow {
    id: Id,
    client_id: String,
    subject: Option<String>,
    session_id: Option<Id>,
    offline: bool,
    scopes: Option<Json<Vec<String>>>,
    resources: Option<Json<Vec<String>>>,
    sid: Option<String>,
    auth_time: Option<Time>,
    amr: Option<Json<Vec<String>>>,
    acr: Option<String>,
    claims_request: Option<Json<Value>>,
    created_at: Time,
    expires_at: Time,
    revoked_at: Option<Time>,
    authorization_details: Option<Json<Vec<Value>>>,
}

impl GrantRow {
    fn new(grant: &Grant, token: Option<&RefreshToken>) -> Self {
        let kept = grant.created_at + KEPT;
        Self {
            id: Id(grant.id),
            client_id: grant.client_id.clone(),
            subject: Some(grant.subject.clone()),
            session_id: Some(Id(grant.session_id)),
            offline: grant.offline,
            scopes: Some(Json(grant.scopes.clone())),
            resources: Some(Json(grant.resources.clone())),
            sid: Some(grant.authentication.sid.clone()),
            auth_time: Some(Time(grant.authentication.auth_time)),
            amr: Some(Json(grant.authentication.amr.clone())),
            acr: Some(grant.authentication.acr.clone()),
            claims_request: Some(Json(grant.claims_request.clone())),
            created_at: Time(grant.created_at),
            expires_at: Time(token.map_or(kept, |token| token.absolute_expires_at.max(kept))),
            revoked_at: grant.revoked_at.map(Time),
            authorization_details: Some(Json(grant.authorization_details.clone())),
        }
    }

    fn tombstone(id: Id, client_id: &str, now: Timestamp) -> Self {
        Self {
            id,
            client_id: client_id.to_owned(),
            subject: None,
            session_id: None,
            offline: false,
            scopes: None,
            resources: None,
            sid: None,
            auth_time: None,
            amr: None,
            acr: None,
            claims_request: None,
            created_at: Time(now),
            expires_at: Time(now + KEPT),
            revoked_at: Some(Time(now)),
            authorization_details: None,
        }
    }

    /// The grant, or nothing for a tombstone.
    pub(super) fn into_grant(self) -> QueryResult<Option<Grant>> {
        let Some(subject) = self.subject else { return Ok(None) };
        let authentication = self.sid.zip(self.auth_time).zip(self.amr).zip(self.acr);
        let approved = self.session_id.zip(self.scopes).zip(self.resources).zip(self.claims_request);
        let (Some((((sid, auth_time), amr), acr)), Some((((session_id, scopes), resources), claims_request))) = (authentication, approved)
        else {
            return Err(unreadable("grants: a column that only tombstones lack is null"));
        };
        Ok(Some(Grant {
            id: self.id.0,
            subject,
            client_id: self.client_id,
            session_id: session_id.0,
            offline: self.offline,
            scopes: scopes.0,
            resources: resources.0,
            authentication: Authentication { sid, auth_time: auth_time.0, amr: amr.0, acr },
            claims_request: claims_request.0,
            // Null in rows from before there were any.
            authorization_details: self.authorization_details.map(|details| details.0).unwrap_or_default(),
            created_at: self.created_at.0,
            revoked_at: self.revoked_at.map(|time| time.0),
        }))
    }
}

pub async fn redeem_grant(conn: &mut Conn, grant: &Grant, token: Option<&RefreshToken>, now: Timestamp) -> QueryResult<Redemption> {
    if !may_be_given(conn, grant, now).await? {
        return Ok(Redemption::SessionEnded);
    }
    let row = GrantRow::new(grant, token);
    let expires_at = row.expires_at;
    if diesel::insert_into(grants::table).values(row).on_conflict(grants::id).do_nothing().execute(conn).await? == 0 {
        // Saved before, when a token left by the browser beside the code; a tombstone or a revoked grant is not to be had again.
        let own = grants::client_id.eq(&grant.client_id).and(grants::subject.eq(&grant.subject)).and(grants::revoked_at.is_null());
        let saved = grants::table.find(Id(grant.id)).filter(own);
        if diesel::update(saved).set(grants::expires_at.eq(expires_at)).execute(conn).await? == 0 {
            return Ok(Redemption::Revoked);
        }
    }
    if let Some(token) = token {
        refresh_tokens::insert(conn, token).await?;
    }
    note_client(conn, grant, now).await?;
    Ok(Redemption::Saved)
}

/// A person who can sign in, and, unless the grant outlives it, the session it was approved in.
async fn may_be_given(conn: &mut Conn, grant: &Grant, now: Timestamp) -> QueryResult<bool> {
    if grant.offline {
        let locked_at: Option<Option<Time>> = users::table.find(&grant.subject).select(users::locked_at).first(conn).await.optional()?;
        return Ok(locked_at == Some(None));
    }
    let found = locked::session_and_user(conn, Id(grant.session_id), &grant.subject).await?;
    Ok(matches!(found, Some((None, expires_at, None)) if expires_at.0 > now))
}

/// A client that gets an ID Token knows the session by its `sid`, and is told of its end. A grant that outlives sessions may come when
/// the session has ended; while it lives, the lock on it makes its end wait for the note.
async fn note_client(conn: &mut Conn, grant: &Grant, now: Timestamp) -> QueryResult<()> {
    let sid = &grant.authentication.sid;
    if !grant.scopes.iter().any(|scope| scope == "openid") || (grant.offline && !is_live(conn, sid, &grant.subject).await?) {
        return Ok(());
    }
    logouts::note_session_client(conn, sid, &grant.client_id, &grant.subject, now).await
}

async fn is_live(conn: &mut Conn, sid: &str, subject: &str) -> QueryResult<bool> {
    let live = sessions::table.filter(sessions::sid.eq(sid).and(sessions::ended_at.is_null())).select(sessions::id);
    let Some(id): Option<Id> = live.first(conn).await.optional()? else { return Ok(false) };
    let found = locked::session_and_user(conn, id, subject).await?;
    Ok(matches!(found, Some((None, ..))))
}

pub async fn revoke_replayed_grant(conn: &mut Conn, id: Uuid, client_id: &str, now: Timestamp, event: &AuditEvent) -> QueryResult<()> {
    let tombstone = GrantRow::tombstone(Id(id), client_id, now);
    // When the grant is on its way into the table, the insertion waits for it, and then finds it to revoke.
    if diesel::insert_into(grants::table).values(tombstone).on_conflict(grants::id).do_nothing().execute(conn).await? == 0 {
        let live = grants::table.find(Id(id)).filter(grants::client_id.eq(client_id).and(grants::revoked_at.is_null()));
        diesel::update(live).set(grants::revoked_at.eq(Time(now))).execute(conn).await?;
    }
    audit::insert(conn, event).await
}

pub async fn grant_by_id(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Grant>> {
    let row = grants::table.find(Id(id)).select(GrantRow::as_select()).first(conn).await.optional()?;
    row.map_or(Ok(None), GrantRow::into_grant)
}

pub async fn revoke_grant(conn: &mut Conn, id: Uuid, now: Timestamp, event: &AuditEvent) -> QueryResult<bool> {
    let revoked = revoke(conn, id, now).await?;
    audit::insert_if(conn, revoked, event).await
}

pub(super) async fn revoke(conn: &mut Conn, id: Uuid, now: Timestamp) -> QueryResult<bool> {
    let live = grants::table.find(Id(id)).filter(grants::revoked_at.is_null());
    Ok(diesel::update(live).set(grants::revoked_at.eq(Time(now))).execute(conn).await? > 0)
}

pub async fn grants_of(conn: &mut Conn, subject: &str) -> QueryResult<Vec<Grant>> {
    let rows: Vec<GrantRow> = grants::table
        .filter(grants::subject.eq(subject).and(grants::revoked_at.is_null()))
        .order((grants::created_at.desc(), grants::id.desc()))
        .select(GrantRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().filter_map(|row| row.into_grant().transpose()).collect()
}
