//! What the schema was made of. Looking makes nothing.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::super::TABLES;
use super::Conn;
use crate::store::sql::migrations::RECORD;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The names of the tables, and the versions of the migrations that were applied, in order. diesel's own way of asking would make its
/// table first: that changes the database, and not every user may.
pub async fn tables_and_versions(conn: &mut Conn) -> QueryResult<(Vec<String>, Vec<String>)> {
    let tables = names(conn, TABLES).await?;
    let applied = match tables.iter().any(|name| name == RECORD) {
        true => names(conn, &format!("select cast(version as text) as name from {RECORD} order by version")).await?,
        false => Vec::new(),
    };
    Ok((tables, applied))
}

async fn names(conn: &mut Conn, query: &str) -> QueryResult<Vec<String>> {
    let found: Vec<Named> = diesel::sql_query(query).load(conn).await?;
    Ok(found.into_iter().map(|one| one.name).collect())
}
