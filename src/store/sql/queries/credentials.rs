//! Passwords.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Conn, audit, grants, sessions, users};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::user::Password;
use crate::secret::Secret;
use crate::store::sql::schema::{self, passwords};
use crate::store::sql::types::Time;

/// The events of a change: what was done to the password, and that sessions ended.
type Events<'a> = (&'a AuditEvent, &'a AuditEvent);

pub async fn set_password(
    conn: &mut Conn,
    subject: &str,
    password: &Password,
    kept: Option<Uuid>,
    (set, ended): Events<'_>,
) -> QueryResult<bool> {
    let found: bool = diesel::select(diesel::dsl::exists(schema::users::table.find(subject))).get_result(conn).await?;
    if found {
        put(conn, subject, password).await?;
        end_what_it_opened(conn, subject, (kept, password.changed_at), ended).await?;
    }
    audit::insert_if(conn, found, set).await
}

pub async fn change_password(
    conn: &mut Conn,
    subject: &str,
    (verified, new): (&Secret<String>, &Password),
    kept: Uuid,
    (set, ended): Events<'_>,
) -> QueryResult<bool> {
    let as_verified = passwords::table.find(subject).filter(passwords::hash.eq(verified.expose()));
    let values = (passwords::hash.eq(new.hash.expose()), passwords::changed_at.eq(Time(new.changed_at)));
    let changed = diesel::update(as_verified).set(values).execute(conn).await? > 0;
    if changed {
        end_what_it_opened(conn, subject, (Some(kept), new.changed_at), ended).await?;
    }
    audit::insert_if(conn, changed, set).await
}

/// Once the password is another: a sign-in with the one before, which holds its row, has come first and is ended here, or comes later and
/// finds the new one. Then sessions before the person, which is the order in which a redemption locks them.
async fn end_what_it_opened(conn: &mut Conn, subject: &str, (kept, now): (Option<Uuid>, Timestamp), ended: &AuditEvent) -> QueryResult<()> {
    sessions::end_sessions_of(conn, subject, kept, now, ended).await?;
    users::void_approvals(conn, subject, now).await?;
    grants::revoke_all(conn, subject, kept, now).await
}

pub async fn renew_hash(
    conn: &mut Conn,
    subject: &str,
    hashes: (&Secret<String>, &Secret<String>),
    event: &AuditEvent,
) -> QueryResult<bool> {
    let (old, new) = hashes;
    let unchanged = passwords::table.find(subject).filter(passwords::hash.eq(old.expose()));
    let found = diesel::update(unchanged).set(passwords::hash.eq(new.expose())).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

pub(super) async fn remove(conn: &mut Conn, subject: &str) -> QueryResult<()> {
    diesel::delete(passwords::table.find(subject)).execute(conn).await.map(drop)
}

pub(super) async fn put(conn: &mut Conn, subject: &str, password: &Password) -> QueryResult<()> {
    let hash = password.hash.expose();
    diesel::insert_into(passwords::table)
        .values((passwords::subject.eq(subject), passwords::hash.eq(hash), passwords::changed_at.eq(Time(password.changed_at))))
        .on_conflict(passwords::subject)
        .do_update()
        .set((passwords::hash.eq(excluded(passwords::hash)), passwords::changed_at.eq(excluded(passwords::changed_at))))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn password_of(conn: &mut Conn, subject: &str) -> QueryResult<Option<Password>> {
    let found: Option<(String, Time)> =
        passwords::table.find(subject).select((passwords::hash, passwords::changed_at)).first(conn).await.optional()?;
    Ok(found.map(|(hash, changed_at)| Password { hash: hash.into(), changed_at: changed_at.0 }))
}
