//! Registered types of authorization details (RFC 9396).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{Conn, audit};
use crate::model::audit::AuditEvent;
use crate::model::authorization_type::AuthorizationType;
use crate::store::sql::outcome::Created;
use crate::store::sql::schema::authorization_types;
use crate::store::sql::types::{Json, Time};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = authorization_types, primary_key(kind))]
struct TypeRow {
    kind: String,
    schema: Json<Value>,
    sentence: String,
    created_at: Time,
}

impl From<&AuthorizationType> for TypeRow {
    fn from(known: &AuthorizationType) -> Self {
        Self {
            kind: known.kind.clone(),
            schema: Json(known.schema.clone()),
            sentence: known.sentence.clone(),
            created_at: Time(known.created_at),
        }
    }
}

impl From<TypeRow> for AuthorizationType {
    fn from(row: TypeRow) -> Self {
        Self { kind: row.kind, schema: row.schema.0, sentence: row.sentence, created_at: row.created_at.0 }
    }
}

pub async fn create_authorization_type(conn: &mut Conn, known: &AuthorizationType, event: &AuditEvent) -> QueryResult<Created> {
    let row = TypeRow::from(known);
    if diesel::insert_into(authorization_types::table).values(row).on_conflict_do_nothing().execute(conn).await? == 0 {
        return Ok(Created::Exists("type"));
    }
    audit::insert(conn, event).await?;
    Ok(Created::Done)
}

pub async fn list_authorization_types(conn: &mut Conn) -> QueryResult<Vec<AuthorizationType>> {
    let rows: Vec<TypeRow> =
        authorization_types::table.order(authorization_types::kind.asc()).select(TypeRow::as_select()).load(conn).await?;
    Ok(rows.into_iter().map(AuthorizationType::from).collect())
}

pub async fn update_authorization_type(conn: &mut Conn, known: &AuthorizationType, event: &AuditEvent) -> QueryResult<bool> {
    let row = TypeRow::from(known);
    let found = diesel::update(authorization_types::table.find(&known.kind)).set(row).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

pub async fn delete_authorization_type(conn: &mut Conn, kind: &str, event: &AuditEvent) -> QueryResult<bool> {
    let found = diesel::delete(authorization_types::table.find(kind)).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}
