//! Passwords.

use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::{Conn, audit};
use crate::model::audit::AuditEvent;
use crate::model::user::Password;
use crate::store::sql::schema::{passwords, users};
use crate::store::sql::types::Time;

pub async fn set_password(conn: &mut Conn, subject: &str, password: &Password, event: &AuditEvent) -> QueryResult<bool> {
    let found: bool = diesel::select(diesel::dsl::exists(users::table.find(subject))).get_result(conn).await?;
    if found {
        put(conn, subject, password).await?;
    }
    audit::insert_if(conn, found, event).await
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
