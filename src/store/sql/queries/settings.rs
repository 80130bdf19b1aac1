//! The server's own values.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::super::server_time;
use super::Conn;
use crate::clock::Timestamp;
use crate::store::sql::schema::settings;

pub async fn ping(conn: &mut Conn) -> QueryResult<()> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1")).get_result::<i32>(conn).await.map(drop)
}

pub async fn setting(conn: &mut Conn, name: &str) -> QueryResult<Option<String>> {
    settings::table.find(name).select(settings::value).first(conn).await.optional()
}

pub async fn put_setting(conn: &mut Conn, name: &str, value: &str) -> QueryResult<()> {
    diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(value)))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(value))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn delete_settings(conn: &mut Conn, prefix: &str) -> QueryResult<()> {
    let named = settings::table.filter(settings::name.like(format!("{prefix}%")));
    diesel::delete(named).execute(conn).await.map(drop)
}

/// The database's own clock; none where it is this machine's.
pub async fn database_time(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    server_time(conn).await
}

pub async fn put_setting_if_absent(conn: &mut Conn, name: &str, value: &str) -> QueryResult<String> {
    insert_if_absent(conn, name, value).await?;
    settings::table.find(name).select(settings::value).first(conn).await
}

/// Whether it was absent.
pub(super) async fn insert_if_absent(conn: &mut Conn, name: &str, value: &str) -> QueryResult<bool> {
    let values = (settings::name.eq(name), settings::value.eq(value));
    Ok(diesel::insert_into(settings::table).values(values).on_conflict(settings::name).do_nothing().execute(conn).await? > 0)
}
