//! Families of refresh tokens and their rotation.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::grants::{self as grant_queries, GrantRow};
use super::{Conn, audit, hash_of, renewal, rotation};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::confirmation::Confirmation;
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::secret::TokenHash;
use crate::store::sql::outcome::{Renewal, Rotation};
use crate::store::sql::schema::{grants, refresh_tokens};
use crate::store::sql::types::{Id, Json, Time};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub struct TokenRow {
    pub hash: Vec<u8>,
    pub grant_id: Id,
    pub generation: i32,
    pub issued_at: Time,
    pub expires_at: Time,
    pub absolute_expires_at: Time,
    pub rotated_at: Option<Time>,
    pub confirmation: Option<Json<Confirmation>>,
}

impl From<&RefreshToken> for TokenRow {
    fn from(token: &RefreshToken) -> Self {
        Self {
            hash: token.hash.as_bytes().to_vec(),
            grant_id: Id(token.grant_id),
            generation: token.generation,
            issued_at: Time(token.issued_at),
            expires_at: Time(token.expires_at),
            absolute_expires_at: Time(token.absolute_expires_at),
            rotated_at: token.rotated_at.map(Time),
            confirmation: (!token.confirmation.is_none()).then(|| Json(token.confirmation.clone())),
        }
    }
}

impl TokenRow {
    fn into_token(self) -> QueryResult<RefreshToken> {
        Ok(RefreshToken {
            hash: hash_of(&self.hash, "refresh_tokens.hash")?,
            grant_id: self.grant_id.0,
            generation: self.generation,
            issued_at: self.issued_at.0,
            expires_at: self.expires_at.0,
            absolute_expires_at: self.absolute_expires_at.0,
            rotated_at: self.rotated_at.map(|time| time.0),
            confirmation: self.confirmation.map(|keys| keys.0).unwrap_or_default(),
        })
    }
}

pub async fn refresh_token(conn: &mut Conn, hash: &TokenHash) -> QueryResult<Option<(RefreshToken, Grant)>> {
    let found: Option<(TokenRow, GrantRow)> = refresh_tokens::table
        .inner_join(grants::table)
        .filter(refresh_tokens::hash.eq(hash.as_bytes().as_slice()))
        .select((TokenRow::as_select(), GrantRow::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((token, grant)) = found else { return Ok(None) };
    let Some(grant) = grant.into_grant()? else { return Ok(None) };
    Ok(Some((token.into_token()?, grant)))
}

/// One atomic step that finds token, grant, person and session as the rules in `grants/refresh_token/check.rs` and `accounts/session/check.rs`
/// want them, and rotates the token. Both databases say these rules once more, and `tests/it/store/refresh_tokens.rs` breaks each of them.
pub async fn renew_refresh_token(conn: &mut Conn, renewal: &Renewal) -> QueryResult<Option<Grant>> {
    renewal::renew(conn, renewal).await?.map_or(Ok(None), GrantRow::into_grant)
}

/// One `update … where rotated_at is null`: of any number of callers, one changes the row.
pub async fn rotate_refresh_token(conn: &mut Conn, hash: &TokenHash, successor: &RefreshToken, now: Timestamp) -> QueryResult<Rotation> {
    let hash = hash.as_bytes().as_slice();
    if rotation::rotate(conn, hash, successor, Time(now)).await? {
        return Ok(Rotation::Rotated);
    }
    let revoked_at: Option<Option<Time>> = refresh_tokens::table
        .inner_join(grants::table)
        .filter(refresh_tokens::hash.eq(hash))
        .select(grants::revoked_at)
        .first(conn)
        .await
        .optional()?;
    Ok(if revoked_at == Some(None) { Rotation::AlreadyRotated } else { Rotation::GrantRevoked })
}

pub async fn slide_refresh_token(conn: &mut Conn, hash: &TokenHash, expires_at: Timestamp) -> QueryResult<()> {
    let token = refresh_tokens::table.find(hash.as_bytes().as_slice());
    diesel::update(token).set(refresh_tokens::expires_at.eq(Time(expires_at))).execute(conn).await.map(drop)
}

pub async fn revoke_family(conn: &mut Conn, grant_id: Uuid, now: Timestamp, event: &AuditEvent) -> QueryResult<()> {
    grant_queries::revoke(conn, grant_id, now).await?;
    audit::insert(conn, event).await
}
