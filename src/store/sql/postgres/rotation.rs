//! A rotation is one statement, and so one round trip.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Binary, Integer, Nullable};
use diesel_async::RunQueryDsl as _;

use super::{Conn, types};
use crate::model::confirmation::Confirmation;
use crate::model::refresh_token::RefreshToken;
use types::{Id, Json, Jsonb, Time, Timestamptz, Uuid};

struct Rotate<'a> {
    hash: &'a [u8],
    successor: &'a [u8],
    grant_id: Id,
    generation: i32,
    now: Time,
    issued_at: Time,
    expires_at: Time,
    absolute_expires_at: Time,
    confirmation: Option<Json<Confirmation>>,
}

impl QueryId for Rotate<'_> {
    type QueryId = Rotate<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Rotate<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with rotated as (update refresh_tokens set rotated_at = ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(" where rotated_at is null and hash = ");
        out.push_bind_param::<Binary, _>(self.hash)?;
        out.push_sql(" and grant_id = (select id from grants where revoked_at is null and id = ");
        out.push_bind_param::<Uuid, _>(&self.grant_id)?;
        out.push_sql(") returning grant_id) insert into refresh_tokens (grant_id, confirmation, hash, generation, issued_at, expires_at, absolute_expires_at) select grant_id, ");
        out.push_bind_param::<Nullable<Jsonb>, _>(&self.confirmation)?;
        out.push_sql(", ");
        bind_list!(out; Binary: self.successor, Integer: &self.generation, Timestamptz: &self.issued_at, Timestamptz: &self.expires_at,
            Timestamptz: &self.absolute_expires_at);
        out.push_sql(" from rotated");
        Ok(())
    }
}

/// Whether it was this call that rotated.
pub async fn rotate(conn: &mut Conn, hash: &[u8], successor: &RefreshToken, now: Time) -> QueryResult<bool> {
    let statement = Rotate {
        hash,
        successor: successor.hash.as_bytes().as_slice(),
        grant_id: Id(successor.grant_id),
        generation: successor.generation,
        now,
        issued_at: Time(successor.issued_at),
        expires_at: Time(successor.expires_at),
        absolute_expires_at: Time(successor.absolute_expires_at),
        confirmation: (!successor.confirmation.is_none()).then(|| Json(successor.confirmation.clone())),
    };
    Ok(statement.execute(conn).await? > 0)
}
