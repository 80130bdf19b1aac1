//! Remembered approvals.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::{Conn, audit, users};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::consent::Consent;
use crate::store::sql::schema::{clients, consents, grants};
use crate::store::sql::types::{Json, Time};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = consents, primary_key(subject, client_id))]
struct ConsentRow {
    subject: String,
    client_id: String,
    scopes: Json<Vec<String>>,
    claims: Json<Vec<String>>,
    resources: Json<Vec<String>>,
    granted_at: Time,
    expires_at: Time,
    authorization_details: Json<Vec<Value>>,
    destinations: Json<Vec<String>>,
}

impl From<&Consent> for ConsentRow {
    fn from(consent: &Consent) -> Self {
        Self {
            subject: consent.subject.clone(),
            client_id: consent.client_id.clone(),
            scopes: Json(consent.scopes.clone()),
            claims: Json(consent.claims.clone()),
            resources: Json(consent.resources.clone()),
            granted_at: Time(consent.granted_at),
            expires_at: Time(consent.expires_at),
            authorization_details: Json(consent.authorization_details.clone()),
            destinations: Json(consent.destinations.clone()),
        }
    }
}

impl From<ConsentRow> for Consent {
    fn from(row: ConsentRow) -> Self {
        Self {
            subject: row.subject,
            client_id: row.client_id,
            scopes: row.scopes.0,
            claims: row.claims.0,
            resources: row.resources.0,
            granted_at: row.granted_at.0,
            expires_at: row.expires_at.0,
            authorization_details: row.authorization_details.0,
            destinations: row.destinations.0,
        }
    }
}

pub async fn consent_of(conn: &mut Conn, subject: &str, client_id: &str) -> QueryResult<Option<Consent>> {
    let row: Option<ConsentRow> =
        consents::table.find((subject, client_id)).select(ConsentRow::as_select()).first(conn).await.optional()?;
    Ok(row.map(Consent::from))
}

pub async fn save_consent(conn: &mut Conn, consent: &Consent, event: &AuditEvent) -> QueryResult<()> {
    diesel::insert_into(consents::table)
        .values(ConsentRow::from(consent))
        .on_conflict((consents::subject, consents::client_id))
        .do_update()
        .set(ConsentRow::from(consent))
        .execute(conn)
        .await?;
    audit::insert(conn, event).await
}

pub async fn consents_of(conn: &mut Conn, subject: &str) -> QueryResult<Vec<(Consent, String)>> {
    let rows: Vec<(ConsentRow, String)> = consents::table
        .inner_join(clients::table)
        .filter(consents::subject.eq(subject))
        .order((clients::name.asc(), clients::client_id.asc()))
        .select((ConsentRow::as_select(), clients::name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(row, name)| (row.into(), name)).collect())
}

pub async fn forget_consent(conn: &mut Conn, subject: &str, client_id: &str, now: Timestamp, event: &AuditEvent) -> QueryResult<bool> {
    users::void_approvals(conn, subject, now).await?;
    let forgotten = diesel::delete(consents::table.find((subject, client_id))).execute(conn).await?;
    let of_the_pair = grants::subject.eq(subject).and(grants::client_id.eq(client_id)).and(grants::revoked_at.is_null());
    let revoked = diesel::update(grants::table.filter(of_the_pair)).set(grants::revoked_at.eq(Time(now))).execute(conn).await?;
    audit::insert_if(conn, forgotten + revoked > 0, event).await
}
