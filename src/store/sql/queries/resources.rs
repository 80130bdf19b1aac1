//! Registered resources (RFC 8707).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Conn, audit, is_storable, lower, turns, unreadable};
use crate::model::audit::AuditEvent;
use crate::model::resource::Resource;
use crate::spec::resource::{is_same, normal};
use crate::store::sql::outcome::Created;
use crate::store::sql::schema::resources;
use crate::store::sql::types::{Json, Time};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = resources, primary_key(uri), treat_none_as_null = true)]
struct ResourceRow {
    uri: String,
    name: String,
    scopes: Json<Vec<String>>,
    signing_algorithm: String,
    access_token_lifetime: Option<i64>,
    introspection_clients: Json<Vec<String>>,
    created_at: Time,
}

impl From<&Resource> for ResourceRow {
    fn from(resource: &Resource) -> Self {
        Self {
            uri: resource.uri.clone(),
            name: resource.name.clone(),
            scopes: Json(resource.scopes.clone()),
            signing_algorithm: resource.signing_algorithm.clone(),
            access_token_lifetime: resource.access_token_lifetime.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX)),
            introspection_clients: Json(resource.introspection_clients.clone()),
            created_at: Time(resource.created_at),
        }
    }
}

impl ResourceRow {
    fn into_resource(self) -> QueryResult<Resource> {
        let lifetime = self.access_token_lifetime.map(u64::try_from).transpose();
        Ok(Resource {
            uri: self.uri,
            name: self.name,
            scopes: self.scopes.0,
            signing_algorithm: self.signing_algorithm,
            access_token_lifetime: lifetime.map_err(|_| unreadable("resources.access_token_lifetime"))?,
            introspection_clients: self.introspection_clients.0,
            created_at: self.created_at.0,
        })
    }
}

pub async fn create_resource(conn: &mut Conn, resource: &Resource, event: &AuditEvent) -> QueryResult<Created> {
    turns::resources(conn).await?;
    if !resources_named(conn, &resource.uri).await?.is_empty() {
        return Ok(Created::Exists("uri"));
    }
    if diesel::insert_into(resources::table).values(ResourceRow::from(resource)).on_conflict_do_nothing().execute(conn).await? == 0 {
        return Ok(Created::Exists("uri"));
    }
    audit::insert(conn, event).await?;
    Ok(Created::Done)
}

pub async fn resource(conn: &mut Conn, uri: &str) -> QueryResult<Option<Resource>> {
    if !is_storable(uri) {
        return Ok(None);
    }
    let row = resources::table.find(uri).select(ResourceRow::as_select()).first(conn).await.optional()?;
    row.map(ResourceRow::into_resource).transpose()
}

/// The database finds what differs by case or by a slash at the end; what of it is the same, the rule says.
pub async fn resources_named(conn: &mut Conn, uri: &str) -> QueryResult<Vec<Resource>> {
    if !is_storable(uri) {
        return Ok(Vec::new());
    }
    let low = normal(uri).to_ascii_lowercase();
    let with_slash = format!("{low}/");
    let alike = lower(resources::uri.nullable()).eq(low).or(lower(resources::uri.nullable()).eq(with_slash));
    let rows: Vec<ResourceRow> = resources::table
        .filter(alike.or(resources::uri.nullable().eq(uri.to_owned())))
        .order(resources::uri.asc())
        .select(ResourceRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().filter(|row| is_same(&row.uri, uri)).map(ResourceRow::into_resource).collect()
}

pub async fn list_resources(conn: &mut Conn) -> QueryResult<Vec<Resource>> {
    let rows: Vec<ResourceRow> = resources::table.order(resources::uri.asc()).select(ResourceRow::as_select()).load(conn).await?;
    rows.into_iter().map(ResourceRow::into_resource).collect()
}

pub async fn update_resource(conn: &mut Conn, resource: &Resource, event: &AuditEvent) -> QueryResult<bool> {
    let row = ResourceRow::from(resource);
    let found = diesel::update(resources::table.find(&resource.uri)).set(row).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

pub async fn delete_resource(conn: &mut Conn, uri: &str, event: &AuditEvent) -> QueryResult<bool> {
    let found = diesel::delete(resources::table.find(uri)).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}
