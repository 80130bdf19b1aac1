//! Clients that no administrator registered, and the tokens that let them register: RFC 7591, RFC 7592.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Conn, audit, clients, hash_of, is_storable, turns, unreadable};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::client::Client;
use crate::model::registration::{Admission, DynamicClient, RegistrationToken};
use crate::secret::TokenHash;
use crate::store::sql::outcome::{Created, Registered, SecretChanges};
use crate::store::sql::schema::{clients as registered, dynamic_clients, registration_tokens};
use crate::store::sql::types::{Id, Time};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dynamic_clients, primary_key(client_id))]
struct DynamicRow {
    client_id: String,
    token_hash: Option<Vec<u8>>,
    approved_at: Option<Time>,
    last_used_at: Time,
    expires_at: Time,
}

impl From<&DynamicClient> for DynamicRow {
    fn from(dynamic: &DynamicClient) -> Self {
        Self {
            client_id: dynamic.client_id.clone(),
            token_hash: dynamic.token_hash.map(|hash| hash.as_bytes().to_vec()),
            approved_at: dynamic.approved_at.map(Time),
            last_used_at: Time(dynamic.last_used_at),
            expires_at: Time(dynamic.expires_at),
        }
    }
}

impl DynamicRow {
    fn into_dynamic(self) -> QueryResult<DynamicClient> {
        Ok(DynamicClient {
            client_id: self.client_id,
            token_hash: self.token_hash.map(|bytes| hash_of(&bytes, "dynamic_clients.token_hash")).transpose()?,
            approved_at: self.approved_at.map(|time| time.0),
            last_used_at: self.last_used_at.0,
            expires_at: self.expires_at.0,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = registration_tokens)]
struct TokenRow {
    id: Id,
    name: String,
    hash: Vec<u8>,
    uses_left: Option<i64>,
    created_at: Time,
    expires_at: Option<Time>,
}

pub async fn register_client(
    conn: &mut Conn,
    client: &Client,
    dynamic: &DynamicClient,
    admission: &Admission,
    event: Option<&AuditEvent>,
) -> QueryResult<Registered> {
    let admitted = match admission {
        Admission::Token(hash) => take_use(conn, hash, dynamic.last_used_at).await?,
        Admission::Open { quarantine } => has_room(conn, *quarantine).await?,
    };
    if !admitted {
        return Ok(Registered::NotAdmitted);
    }
    if clients::insert(conn, client).await? != Created::Done {
        return Ok(Registered::Taken);
    }
    diesel::insert_into(dynamic_clients::table).values(DynamicRow::from(dynamic)).execute(conn).await?;
    if let Some(event) = event {
        audit::insert(conn, event).await?;
    }
    Ok(Registered::Done)
}

/// One statement, so that the last use of a token is had once. What is unlimited stays so: one less than null is null.
async fn take_use(conn: &mut Conn, hash: &TokenHash, now: Timestamp) -> QueryResult<bool> {
    let in_time = registration_tokens::expires_at.is_null().or(registration_tokens::expires_at.gt(Time(now)));
    let usable = registration_tokens::uses_left.is_null().or(registration_tokens::uses_left.gt(0));
    let token = registration_tokens::table.filter(registration_tokens::hash.eq(hash.as_bytes().to_vec())).filter(in_time).filter(usable);
    let taken = diesel::update(token).set(registration_tokens::uses_left.eq(registration_tokens::uses_left - 1));
    Ok(taken.execute(conn).await? > 0)
}

pub async fn registration_token_lives(conn: &mut Conn, hash: &TokenHash, now: Timestamp) -> QueryResult<bool> {
    let in_time = registration_tokens::expires_at.is_null().or(registration_tokens::expires_at.gt(Time(now)));
    let usable = registration_tokens::uses_left.is_null().or(registration_tokens::uses_left.gt(0));
    let token = registration_tokens::table.filter(registration_tokens::hash.eq(hash.as_bytes().to_vec())).filter(in_time).filter(usable);
    Ok(token.count().get_result::<i64>(conn).await? > 0)
}

/// Until the client is in its place nobody else counts.
async fn has_room(conn: &mut Conn, quarantine: u32) -> QueryResult<bool> {
    turns::quarantine(conn).await?;
    let waiting: i64 = dynamic_clients::table.filter(dynamic_clients::approved_at.is_null()).count().get_result(conn).await?;
    Ok(waiting < i64::from(quarantine))
}

pub async fn dynamic_client(conn: &mut Conn, client_id: &str) -> QueryResult<Option<DynamicClient>> {
    if !is_storable(client_id) {
        return Ok(None);
    }
    let row = dynamic_clients::table.find(client_id).select(DynamicRow::as_select()).first(conn).await.optional()?;
    row.map(DynamicRow::into_dynamic).transpose()
}

/// The token before anything is written: of several who present one at once, and get another for it, one comes through. The client's row is
/// locked before that of its token, as by everybody who deletes one.
pub async fn change_registered_client(
    conn: &mut Conn,
    client: &Client,
    (presented, next): (&TokenHash, &TokenHash),
    secrets: &SecretChanges,
    now: Timestamp,
    event: Option<&AuditEvent>,
) -> QueryResult<bool> {
    if !clients::is_as_read(conn, client).await? {
        return Ok(false);
    }
    let row = dynamic_clients::table.find(&client.client_id).filter(dynamic_clients::token_hash.eq(presented.as_bytes().to_vec()));
    let held = diesel::update(row).set(dynamic_clients::token_hash.eq(next.as_bytes().to_vec())).execute(conn).await? > 0;
    if !held || !clients::replace_metadata(conn, client, now).await? {
        return Ok(false);
    }
    if let Some(event) = event {
        audit::insert(conn, event).await?;
    }
    change_secrets(conn, &client.client_id, secrets).await.map(|()| true)
}

async fn change_secrets(conn: &mut Conn, client_id: &str, changes: &SecretChanges) -> QueryResult<()> {
    for (id, event) in &changes.retired {
        clients::retire_client_secret(conn, client_id, *id, event.as_ref()).await?;
    }
    match &changes.added {
        Some((secret, event)) => clients::add_client_secret(conn, client_id, secret, event.as_ref()).await,
        None => Ok(()),
    }
}

pub async fn delete_registered_client(conn: &mut Conn, client_id: &str, event: Option<&AuditEvent>) -> QueryResult<bool> {
    let found = diesel::delete(registered::table.find(client_id)).execute(conn).await? > 0;
    if let (true, Some(event)) = (found, event) {
        audit::insert(conn, event).await?;
    }
    Ok(found)
}

pub async fn approve_client(
    conn: &mut Conn,
    client_id: &str,
    now: Timestamp,
    expires_at: Timestamp,
    event: &AuditEvent,
) -> QueryResult<bool> {
    let waiting = dynamic_clients::table.find(client_id).filter(dynamic_clients::approved_at.is_null());
    let approved = (
        dynamic_clients::approved_at.eq(Time(now)),
        dynamic_clients::last_used_at.eq(Time(now)),
        dynamic_clients::expires_at.eq(Time(expires_at)),
    );
    let changed = diesel::update(waiting).set(approved).execute(conn).await? > 0;
    audit::insert_if(conn, changed, event).await
}

pub async fn note_client_use(
    conn: &mut Conn,
    client_id: &str,
    (now, since): (Timestamp, Timestamp),
    expires_at: Timestamp,
) -> QueryResult<()> {
    let long_ago = dynamic_clients::last_used_at.le(Time(since));
    let row = dynamic_clients::table.find(client_id).filter(dynamic_clients::approved_at.is_not_null()).filter(long_ago);
    let used = (dynamic_clients::last_used_at.eq(Time(now)), dynamic_clients::expires_at.eq(Time(expires_at)));
    diesel::update(row).set(used).execute(conn).await.map(drop)
}

pub async fn save_document_client(conn: &mut Conn, client: &Client, dynamic: &DynamicClient, event: &AuditEvent) -> QueryResult<bool> {
    if clients::insert(conn, client).await? == Created::Done {
        diesel::insert_into(dynamic_clients::table).values(DynamicRow::from(dynamic)).execute(conn).await?;
        return audit::insert_if(conn, true, event).await;
    }
    if !clients::replace_metadata(conn, client, event.at).await? {
        return Ok(false);
    }
    diesel::update(dynamic_clients::table.find(&client.client_id)).set(DynamicRow::from(dynamic)).execute(conn).await.map(|_| true)
}

pub async fn create_registration_token(conn: &mut Conn, token: &RegistrationToken, event: &AuditEvent) -> QueryResult<Created> {
    let row = TokenRow {
        id: Id(token.id),
        name: token.name.clone(),
        hash: token.hash.as_bytes().to_vec(),
        uses_left: token.uses_left.map(i64::from),
        created_at: Time(token.created_at),
        expires_at: token.expires_at.map(Time),
    };
    if diesel::insert_into(registration_tokens::table).values(row).on_conflict_do_nothing().execute(conn).await? == 0 {
        return Ok(Created::Exists("name"));
    }
    audit::insert(conn, event).await?;
    Ok(Created::Done)
}

pub async fn list_registration_tokens(conn: &mut Conn) -> QueryResult<Vec<RegistrationToken>> {
    let query = registration_tokens::table.order(registration_tokens::name.asc()).select(TokenRow::as_select());
    let rows: Vec<TokenRow> = query.load(conn).await?;
    rows.into_iter()
        .map(|row| {
            let uses = row.uses_left.map(u32::try_from).transpose();
            Ok(RegistrationToken {
                id: row.id.0,
                name: row.name,
                hash: hash_of(&row.hash, "registration_tokens.hash")?,
                uses_left: uses.map_err(|_| unreadable("registration_tokens.uses_left"))?,
                created_at: row.created_at.0,
                expires_at: row.expires_at.map(|time| time.0),
            })
        })
        .collect()
}

pub async fn delete_registration_token(conn: &mut Conn, id: Uuid, event: &AuditEvent) -> QueryResult<bool> {
    let found = diesel::delete(registration_tokens::table.find(Id(id))).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

/// Clients that nobody used until their time was up, and tokens that cannot be used any more: expired, or used up.
pub(super) async fn sweep(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let clients = sweep_clients(conn, now, limit).await?;
    let useless = registration_tokens::expires_at.le(Time(now)).or(registration_tokens::uses_left.le(0));
    let gone: Vec<Id> = registration_tokens::table.filter(useless).limit(limit).select(registration_tokens::id).load(conn).await?;
    let tokens = diesel::delete(registration_tokens::table.filter(registration_tokens::id.eq_any(gone))).execute(conn).await?;
    Ok(clients + tokens)
}

/// Whether a client has expired is asked again when its rows are locked: it may have been approved, or used, since it was found. The
/// client's row is locked before that of its token, as by everybody who changes one.
async fn sweep_clients(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let expired = dynamic_clients::table.filter(dynamic_clients::expires_at.le(Time(now))).limit(limit);
    let mut found: Vec<String> = expired.select(dynamic_clients::client_id).load(conn).await?;
    found.sort_unstable(); // on every node in one order
    let mut removed = 0;
    for client_id in &found {
        if !clients::lock(conn, client_id).await? {
            continue;
        }
        let expired = dynamic_clients::table.find(client_id).filter(dynamic_clients::expires_at.le(Time(now)));
        if diesel::update(expired).set(dynamic_clients::client_id.eq(client_id)).execute(conn).await? > 0 {
            removed += diesel::delete(registered::table.find(client_id)).execute(conn).await?;
        }
    }
    Ok(removed)
}
