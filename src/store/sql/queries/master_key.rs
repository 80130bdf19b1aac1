//! The change of the master key: what is sealed, and its name, in one step.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Conn, audit, settings};
use crate::model::audit::AuditEvent;
use crate::store::sql::Sealed;
use crate::store::sql::schema::{authentication_requests, client_secrets, signing_keys};
use crate::store::sql::types::Id;

/// The setting that names the master key everything is sealed with.
pub const MASTER_KEY_ID: &str = "master_key_id";

pub async fn reseal(conn: &mut Conn, master_key_id: &str, sealed: &Sealed, event: &AuditEvent) -> QueryResult<()> {
    for (kid, private) in &sealed.signing_keys {
        diesel::update(signing_keys::table.find(kid)).set(signing_keys::sealed_private_jwk.eq(private)).execute(conn).await?;
    }
    for (id, secret) in &sealed.client_secrets {
        diesel::update(client_secrets::table.find(Id(*id))).set(client_secrets::sealed.eq(secret)).execute(conn).await?;
    }
    for (id, read, notice) in &sealed.notices {
        // A node that still has the former key may have delivered it since, or put tokens into it.
        let unchanged = authentication_requests::table.find(Id(*id)).filter(authentication_requests::sealed.eq(read));
        diesel::update(unchanged).set(authentication_requests::sealed.eq(notice)).execute(conn).await?;
    }
    for (name, value) in &sealed.settings {
        settings::put_setting(conn, name, value).await?;
    }
    settings::put_setting(conn, MASTER_KEY_ID, master_key_id).await?;
    audit::insert(conn, event).await
}
