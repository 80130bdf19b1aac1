//! Approvals, and the tombstones of those whose code was replayed before they were saved.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{Conn, audit, redemption, unreadable};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::grant::{Authentication, Grant};
use crate::model::refresh_token::RefreshToken;
use crate::store::sql::outcome::{Occasion, Redemption};
use crate::store::sql::schema::grants;
use crate::store::sql::types::{Id, Json, Time};

/// How long a grant without a refresh token is kept: longer than any access token that names it.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// By so much a redeemed grant outlasts what the front channel saved, so that it can be told from it.
const REDEEMED: Duration = Duration::from_secs(1);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
pub struct GrantRow {
    pub id: Id,
    pub client_id: String,
    pub subject: Option<String>,
    pub session_id: Option<Id>,
    pub offline: bool,
    pub scopes: Option<Json<Vec<String>>>,
    pub resources: Option<Json<Vec<String>>>,
    pub sid: Option<String>,
    pub auth_time: Option<Time>,
    pub amr: Option<Json<Vec<String>>>,
    pub acr: Option<String>,
    pub claims_request: Option<Json<Value>>,
    pub created_at: Time,
    pub expires_at: Time,
    pub revoked_at: Option<Time>,
    pub authorization_details: Option<Json<Vec<Value>>>,
}

impl GrantRow {
    /// The row of a grant that is kept until `expires_at`.
    pub fn new(grant: &Grant, expires_at: Time) -> Self {
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
            expires_at,
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

/// The moment, the end of the row, and the end that it has where the front channel saved it.
#[derive(Clone, Copy)]
pub struct Times {
    pub now: Time,
    pub expires_at: Time,
    pub before: Option<Time>,
}

impl Times {
    fn of(occasion: Occasion, grant: &Grant, token: Option<&RefreshToken>, now: Timestamp) -> Self {
        let of_front_channel = grant.created_at + KEPT;
        let redeemed = of_front_channel + REDEEMED;
        let (expires_at, before) = match occasion {
            Occasion::FrontChannel => (of_front_channel, None),
            Occasion::Redemption => (token.map_or(redeemed, |token| token.absolute_expires_at.max(redeemed)), None),
            Occasion::CodeBesideToken => {
                (token.map_or(redeemed, |token| token.absolute_expires_at.max(redeemed)), Some(Time(of_front_channel)))
            }
        };
        Self { now: Time(now), expires_at: Time(expires_at), before }
    }
}

/// The grant with its first refresh token, if its person and, unless it outlives it, its session are there, and nothing was taken back.
/// A client that gets an ID Token is noted beside the session, so that it is told of its end.
pub async fn redeem_grant(conn: &mut Conn, grant: &Grant, token: Option<&RefreshToken>, now: Timestamp) -> QueryResult<Redemption> {
    redeem_grant_on(conn, Occasion::Redemption, grant, token, now).await
}

/// RFC 6749 §4.1.2: a code is used once, also where the short-lived store has forgotten that it was. A grant that is there was redeemed,
/// unless it is as the front channel saved it and its code knows of that.
pub async fn redeem_grant_on(
    conn: &mut Conn,
    occasion: Occasion,
    grant: &Grant,
    token: Option<&RefreshToken>,
    now: Timestamp,
) -> QueryResult<Redemption> {
    let times = Times::of(occasion, grant, token, now);
    match redemption::redeem(conn, grant, token, times).await? {
        true => Ok(Redemption::Saved),
        false => why_not(conn, grant, times.before).await,
    }
}

/// [`redeem_grant`] as a part of a transaction that is under way.
pub(super) async fn redeem_grant_within(
    conn: &mut Conn,
    grant: &Grant,
    token: Option<&RefreshToken>,
    now: Timestamp,
) -> QueryResult<Redemption> {
    let times = Times::of(Occasion::Redemption, grant, token, now);
    match redemption::redeem_within(conn, grant, token, times).await? {
        true => Ok(Redemption::Saved),
        false => why_not(conn, grant, times.before).await,
    }
}

/// Why a grant was not saved.
async fn why_not(conn: &mut Conn, grant: &Grant, before: Option<Time>) -> QueryResult<Redemption> {
    let known = grants::table.find(Id(grant.id)).select((grants::revoked_at, grants::expires_at));
    let known: Option<(Option<Time>, Time)> = known.first(conn).await.optional()?;
    Ok(match known {
        Some((Some(_), _)) => Redemption::Revoked,
        Some((None, end)) if before.is_none_or(|before| before.0 != end.0) => Redemption::Replayed,
        _ => Redemption::SessionEnded,
    })
}

/// Only a replay that ends something is told: whoever finds a used code can send it as often as they like.
pub async fn revoke_replayed_grant(conn: &mut Conn, id: Uuid, client_id: &str, now: Timestamp, event: &AuditEvent) -> QueryResult<()> {
    let tombstone = GrantRow::tombstone(Id(id), client_id, now);
    // When the grant is on its way into the table, the insertion waits for it, and then finds it to revoke.
    let mut changed = diesel::insert_into(grants::table).values(tombstone).on_conflict(grants::id).do_nothing().execute(conn).await?;
    if changed == 0 {
        let live = grants::table.find(Id(id)).filter(grants::client_id.eq(client_id).and(grants::revoked_at.is_null()));
        changed = diesel::update(live).set(grants::revoked_at.eq(Time(now))).execute(conn).await?;
    }
    audit::insert_if(conn, changed > 0, event).await.map(drop)
}

pub async fn grant_by_id(conn: &mut Conn, id: Uuid) -> QueryResult<Option<Grant>> {
    let row = grants::table.find(Id(id)).select(GrantRow::as_select()).first(conn).await.optional()?;
    row.map_or(Ok(None), GrantRow::into_grant)
}

pub async fn grant_is_known(conn: &mut Conn, id: Uuid) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(grants::table.find(Id(id)))).get_result(conn).await
}

pub async fn revoke_grant(conn: &mut Conn, id: Uuid, now: Timestamp, event: &AuditEvent) -> QueryResult<bool> {
    let revoked = revoke(conn, id, now).await?;
    audit::insert_if(conn, revoked, event).await
}

pub(super) async fn revoke(conn: &mut Conn, id: Uuid, now: Timestamp) -> QueryResult<bool> {
    let live = grants::table.find(Id(id)).filter(grants::revoked_at.is_null());
    Ok(diesel::update(live).set(grants::revoked_at.eq(Time(now))).execute(conn).await? > 0)
}

/// Revokes what a person's approvals gave, also what outlives sessions, but for those made in the session `kept`.
pub(super) async fn revoke_all(conn: &mut Conn, subject: &str, kept: Option<Uuid>, now: Timestamp) -> QueryResult<()> {
    let live = grants::table.filter(grants::subject.eq(subject).and(grants::revoked_at.is_null()));
    let revoked = grants::revoked_at.eq(Time(now));
    match kept {
        Some(kept) => diesel::update(live.filter(grants::session_id.ne(Id(kept)))).set(revoked).execute(conn).await.map(drop),
        None => diesel::update(live).set(revoked).execute(conn).await.map(drop),
    }
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
