//! Registered clients and their secrets.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Conn, audit, containing, hash_of, is_storable, lower, unreadable};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::client::{Client, ClientMetadata, ClientOrigin, ClientSecret, SecretHash};
use crate::store::sql::outcome::{Created, Page};
use crate::store::sql::schema::{client_secrets, clients};
use crate::store::sql::types::{Id, Json, Time};

/// How many secrets of one client live at once.
const LIVE_SECRETS: usize = 2;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients)]
struct ClientRow {
    client_id: String,
    name: String,
    origin: String,
    enabled: bool,
    metadata: Json<ClientMetadata>,
    created_at: Time,
    updated_at: Time,
}

impl From<&Client> for ClientRow {
    fn from(client: &Client) -> Self {
        Self {
            client_id: client.client_id.clone(),
            name: client.name.clone(),
            origin: client.origin.as_str().to_owned(),
            enabled: client.enabled,
            metadata: Json(client.metadata.clone()),
            created_at: Time(client.created_at),
            updated_at: Time(client.updated_at),
        }
    }
}

impl ClientRow {
    fn into_client(self, secrets: Vec<ClientSecret>) -> QueryResult<Client> {
        Ok(Client {
            client_id: self.client_id,
            name: self.name,
            origin: ClientOrigin::parse(&self.origin).ok_or_else(|| unreadable("clients.origin"))?,
            enabled: self.enabled,
            metadata: self.metadata.0,
            secrets,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_secrets)]
struct SecretRow {
    id: Id,
    client_id: String,
    sha256: Option<Vec<u8>>,
    bcrypt: Option<String>,
    created_at: Time,
    expires_at: Option<Time>,
    sealed: Option<Vec<u8>>,
}

impl SecretRow {
    fn new(client_id: &str, secret: &ClientSecret) -> Self {
        let (sha256, bcrypt, sealed) = match &secret.hash {
            SecretHash::Sha256(hash) => (Some(hash.as_bytes().to_vec()), None, None),
            SecretHash::Bcrypt(hash) => (None, Some(hash.expose().clone()), None),
            SecretHash::Sealed(sealed) => (None, None, Some(sealed.clone())),
        };
        let (created_at, expires_at) = (Time(secret.created_at), secret.expires_at.map(Time));
        Self { id: Id(secret.id), client_id: client_id.to_owned(), sha256, bcrypt, created_at, expires_at, sealed }
    }

    fn into_secret(self) -> QueryResult<ClientSecret> {
        let hash = match (self.sha256, self.bcrypt, self.sealed) {
            (Some(bytes), None, None) => SecretHash::Sha256(hash_of(&bytes, "client_secrets.sha256")?),
            (None, Some(hash), None) => SecretHash::Bcrypt(hash.into()),
            (None, None, Some(sealed)) => SecretHash::Sealed(sealed),
            _ => return Err(unreadable("client_secrets: not exactly one of sha256, bcrypt and sealed")),
        };
        Ok(ClientSecret { id: self.id.0, hash, created_at: self.created_at.0, expires_at: self.expires_at.map(|time| time.0) })
    }
}

async fn with_secrets(conn: &mut Conn, rows: Vec<ClientRow>) -> QueryResult<Vec<Client>> {
    let ids: Vec<&String> = rows.iter().map(|row| &row.client_id).collect();
    let mut secrets: Vec<SecretRow> = client_secrets::table
        .filter(client_secrets::client_id.eq_any(ids))
        .order((client_secrets::created_at.desc(), client_secrets::id.desc()))
        .select(SecretRow::as_select())
        .load(conn)
        .await?;
    let assemble = |row: ClientRow| {
        let (own, others) = std::mem::take(&mut secrets).into_iter().partition(|secret| secret.client_id == row.client_id);
        secrets = others;
        let own: Vec<SecretRow> = own;
        row.into_client(own.into_iter().map(SecretRow::into_secret).collect::<QueryResult<_>>()?)
    };
    rows.into_iter().map(assemble).collect()
}

pub async fn create_client(conn: &mut Conn, client: &Client, event: &AuditEvent) -> QueryResult<Created> {
    let created = insert(conn, client).await?;
    if created == Created::Done {
        audit::insert(conn, event).await?;
    }
    Ok(created)
}

/// The client and its secrets.
pub(super) async fn insert(conn: &mut Conn, client: &Client) -> QueryResult<Created> {
    if diesel::insert_into(clients::table).values(ClientRow::from(client)).on_conflict_do_nothing().execute(conn).await? == 0 {
        return Ok(Created::Exists("client_id"));
    }
    for secret in &client.secrets {
        insert_secret(conn, &client.client_id, secret).await?;
    }
    Ok(Created::Done)
}

/// The row of a client that nobody has changed since `client.updated_at`: false when somebody has. Locks it, so that it stays so until the
/// transaction ends.
pub(super) async fn is_as_read(conn: &mut Conn, client: &Client) -> QueryResult<bool> {
    let as_read = clients::table.find(&client.client_id).filter(clients::updated_at.eq(Time(client.updated_at)));
    Ok(diesel::update(as_read).set(clients::client_id.eq(&client.client_id)).execute(conn).await? > 0)
}

/// Name and metadata of a client as it was read at `client.updated_at`; false when it is gone or somebody has changed it since. Whether it is
/// enabled is said apart, so that no change of the rest undoes it.
pub(super) async fn replace_metadata(conn: &mut Conn, client: &Client, now: Timestamp) -> QueryResult<bool> {
    let as_read = clients::table.find(&client.client_id).filter(clients::updated_at.eq(Time(client.updated_at)));
    let changed = (
        clients::name.eq(client.name.clone()),
        clients::metadata.eq(Json(client.metadata.clone())),
        clients::updated_at.eq(Time(now.after(client.updated_at))),
    );
    Ok(diesel::update(as_read).set(changed).execute(conn).await? > 0)
}

/// Locks the row until the transaction ends; false when there is no such client.
pub(super) async fn lock(conn: &mut Conn, client_id: &str) -> QueryResult<bool> {
    Ok(diesel::update(clients::table.find(client_id)).set(clients::client_id.eq(client_id)).execute(conn).await? > 0)
}

/// Locks the row and moves the moment of the last change on; false when there is no such client.
async fn touch(conn: &mut Conn, client_id: &str, now: Timestamp) -> QueryResult<bool> {
    if !lock(conn, client_id).await? {
        return Ok(false);
    }
    let row = || clients::table.find(client_id);
    let before: Time = row().select(clients::updated_at).first(conn).await?;
    diesel::update(row()).set(clients::updated_at.eq(Time(now.after(before.0)))).execute(conn).await.map(|_| true)
}

async fn insert_secret(conn: &mut Conn, client_id: &str, secret: &ClientSecret) -> QueryResult<()> {
    diesel::insert_into(client_secrets::table).values(SecretRow::new(client_id, secret)).execute(conn).await.map(drop)
}

pub async fn client_by_id(conn: &mut Conn, client_id: &str) -> QueryResult<Option<Client>> {
    if !is_storable(client_id) {
        return Ok(None);
    }
    let row = clients::table.find(client_id).select(ClientRow::as_select()).first(conn).await.optional()?;
    Ok(with_secrets(conn, row.into_iter().collect()).await?.pop())
}

pub async fn clients_by_name(conn: &mut Conn, name: &str) -> QueryResult<Vec<Client>> {
    if !is_storable(name) {
        return Ok(Vec::new());
    }
    let rows =
        clients::table.filter(clients::name.eq(name)).order(clients::client_id.asc()).select(ClientRow::as_select()).load(conn).await?;
    with_secrets(conn, rows).await
}

pub async fn list_clients(conn: &mut Conn, page: &Page) -> QueryResult<Vec<Client>> {
    let mut query = clients::table.select(ClientRow::as_select()).into_boxed();
    if !page.search.is_empty() {
        let (raw, low) = (containing(&page.search), containing(&page.search.to_lowercase()));
        let name = lower(clients::name.nullable()).like(low.clone()).escape('\\').or(clients::name.nullable().like(raw).escape('\\'));
        query = query.filter(lower(clients::client_id.nullable()).like(low).escape('\\').or(name));
    }
    if let Some((name, client_id)) = page.after.as_deref().and_then(|key| key.rsplit_once('\n')) {
        let later_of_the_same_name = clients::name.eq(name).and(clients::client_id.gt(client_id));
        query = query.filter(clients::name.ge(name)).filter(clients::name.gt(name).or(later_of_the_same_name));
    }
    let rows = query.order((clients::name.asc(), clients::client_id.asc())).limit(page.limit).load(conn).await?;
    with_secrets(conn, rows).await
}

pub async fn count_clients(conn: &mut Conn, search: &str) -> QueryResult<i64> {
    if search.is_empty() {
        return clients::table.count().get_result(conn).await;
    }
    let (raw, low) = (containing(search), containing(&search.to_lowercase()));
    let name = lower(clients::name.nullable()).like(low.clone()).escape('\\').or(clients::name.nullable().like(raw).escape('\\'));
    clients::table.filter(lower(clients::client_id.nullable()).like(low).escape('\\').or(name)).count().get_result(conn).await
}

pub async fn update_client(conn: &mut Conn, client: &Client, event: &AuditEvent) -> QueryResult<bool> {
    let saved = replace_metadata(conn, client, event.at).await?;
    audit::insert_if(conn, saved, event).await
}

pub async fn enable_client(conn: &mut Conn, client_id: &str, enabled: bool, event: &AuditEvent) -> QueryResult<bool> {
    let found = touch(conn, client_id, event.at).await?;
    diesel::update(clients::table.find(client_id)).set(clients::enabled.eq(enabled)).execute(conn).await?;
    audit::insert_if(conn, found, event).await
}

pub async fn delete_client(conn: &mut Conn, client_id: &str, event: &AuditEvent) -> QueryResult<bool> {
    let found = diesel::delete(clients::table.find(client_id)).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

pub async fn enabled_client_uris(conn: &mut Conn) -> QueryResult<Vec<(String, Vec<String>)>> {
    let rows: Vec<(String, Json<ClientMetadata>)> =
        clients::table.filter(clients::enabled).select((clients::client_id, clients::metadata)).load(conn).await?;
    let uris = |metadata: ClientMetadata| metadata.redirect_uris.into_iter().chain(metadata.allowed_origins).collect();
    Ok(rows.into_iter().map(|(client_id, metadata)| (client_id, uris(metadata.0))).collect())
}

pub async fn add_client_secret(conn: &mut Conn, client_id: &str, secret: &ClientSecret, event: Option<&AuditEvent>) -> QueryResult<()> {
    // This also makes two who add at once take turns.
    touch(conn, client_id, secret.created_at).await?;
    insert_secret(conn, client_id, secret).await?;
    // A new secret is the newest whatever its moment says: two may be made in one.
    let others: Vec<Id> = client_secrets::table
        .filter(client_secrets::client_id.eq(client_id).and(client_secrets::id.ne(Id(secret.id))))
        .order((client_secrets::created_at.desc(), client_secrets::id.desc()))
        .select(client_secrets::id)
        .load(conn)
        .await?;
    for id in others.into_iter().skip(LIVE_SECRETS - 1) {
        diesel::delete(client_secrets::table.find(id)).execute(conn).await?;
    }
    match event {
        Some(event) => audit::insert(conn, event).await,
        None => Ok(()),
    }
}

pub async fn retire_client_secret(conn: &mut Conn, client_id: &str, id: Uuid, event: Option<&AuditEvent>) -> QueryResult<bool> {
    let secret = client_secrets::table.filter(client_secrets::client_id.eq(client_id).and(client_secrets::id.eq(Id(id))));
    let found = diesel::delete(secret).execute(conn).await? > 0;
    match event {
        Some(event) => audit::insert_if(conn, found, event).await,
        None => Ok(found),
    }
}

pub async fn retire_other_client_secrets(conn: &mut Conn, client_id: &str, keep: Uuid, event: &AuditEvent) -> QueryResult<()> {
    let others = client_secrets::table.filter(client_secrets::client_id.eq(client_id).and(client_secrets::id.ne(Id(keep))));
    diesel::delete(others).execute(conn).await?;
    audit::insert(conn, event).await
}

pub async fn sealed_client_secrets(conn: &mut Conn) -> QueryResult<Vec<(Uuid, Vec<u8>)>> {
    let rows: Vec<(Id, Option<Vec<u8>>)> = client_secrets::table
        .filter(client_secrets::sealed.is_not_null())
        .select((client_secrets::id, client_secrets::sealed))
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, sealed)| Some((id.0, sealed?))).collect())
}
