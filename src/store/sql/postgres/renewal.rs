//! The ordinary refresh is one statement, and so one round trip.

use std::sync::LazyLock;

use diesel::dsl::AsSelect;
use diesel::expression::Expression;
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryBuilder as _, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::{Binary, Text};
use diesel_async::RunQueryDsl as _;

use super::queries::grants::GrantRow;
use super::{Conn, types};
use crate::store::sql::outcome::Renewal;
use types::{Time, Timestamptz};

struct Renew<'a> {
    renewal: &'a Renewal,
    now: Time,
    expires_at: Time,
    seen_since: Time,
}

/// The columns of the row, in its order; they name the table. Written once: writing them takes as long as all else of the statement.
static COLUMNS: LazyLock<QueryResult<String>> = LazyLock::new(|| {
    let mut written = PgQueryBuilder::new();
    GrantRow::as_select().to_sql(&mut written, &Pg)?;
    Ok(written.finish())
});

impl QueryId for Renew<'_> {
    type QueryId = Renew<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Renew<'_> {
    type SqlType = <AsSelect<GrantRow, Pg> as Expression>::SqlType;
}

impl QueryFragment<Pg> for Renew<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with renewed as (update refresh_tokens t set rotated_at = ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            " from grants g join users u on u.subject = g.subject where t.rotated_at is null and t.confirmation is null and t.hash = ",
        );
        out.push_bind_param::<Binary, _>(self.renewal.hash.as_bytes().as_slice())?;
        out.push_sql(" and t.expires_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(" and t.absolute_expires_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(" and g.id = t.grant_id and g.revoked_at is null and g.resources = '[]' and u.locked_at is null and g.client_id = ");
        out.push_bind_param::<Text, _>(&self.renewal.client_id)?;
        out.push_sql(
            " and (g.offline or exists (select from sessions s where s.id = g.session_id and s.ended_at is null and s.expires_at > ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(" and s.last_seen_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.seen_since)?;
        out.push_sql(
            ")) returning t.generation, t.absolute_expires_at as family_ends_at, g.*), \
             successor as (insert into refresh_tokens (grant_id, absolute_expires_at, generation, hash, issued_at, expires_at) \
             select id, family_ends_at, generation + 1, ",
        );
        out.push_bind_param::<Binary, _>(self.renewal.successor.as_bytes().as_slice())?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(", least(family_ends_at, ");
        out.push_bind_param::<Timestamptz, _>(&self.expires_at)?;
        out.push_sql(") from renewed) select ");
        out.push_sql(COLUMNS.as_deref().map_err(|error| Error::QueryBuilderError(error.to_string().into()))?);
        out.push_sql(" from renewed as grants");
        Ok(())
    }
}

/// The grant of the token that this call rotated.
pub async fn renew(conn: &mut Conn, renewal: &Renewal) -> QueryResult<Option<GrantRow>> {
    let (now, expires_at, seen_since) = (Time(renewal.now), Time(renewal.expires_at), Time(renewal.seen_since));
    Renew { renewal, now, expires_at, seen_since }.get_result(conn).await.optional()
}
