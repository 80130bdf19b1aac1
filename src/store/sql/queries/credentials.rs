//! Passwords.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Conn, audit, grants, sessions, users};
use crate::model::audit::AuditEvent;
use crate::model::user::Password;
use crate::secret::Secret;
use crate::store::sql::schema::{self, passwords};
use crate::store::sql::types::Time;

/// Sessions first, then the person: the order in which a redemption locks them.
pub async fn set_password(
    conn: &mut Conn,
    subject: &str,
    password: &Password,
    kept: Option<Uuid>,
    (set, ended): (&AuditEvent, &AuditEvent),
) -> QueryResult<bool> {
    let found: bool = diesel::select(diesel::dsl::exists(schema::users::table.find(subject))).get_result(conn).await?;
    if found {
        let now = password.changed_at;
        sessions::end_sessions_of(conn, subject, kept, now, ended).await?;
        users::void_approvals(conn, subject, now).await?;
        put(conn, subject, password).await?;
        grants::revoke_all(conn, subject, kept, now).await?;
    }
    audit::insert_if(conn, found, set).await
}

pub async fn renew_hash(conn: &mut Conn, subject: &str, hashes: (&Secret<String>, &Secret<String>), event: &AuditEvent) -> QueryResult<()> {
    let (old, new) = hashes;
    let unchanged = passwords::table.find(subject).filter(passwords::hash.eq(old.expose()));
    let found = diesel::update(unchanged).set(passwords::hash.eq(new.expose())).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await.map(drop)
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
