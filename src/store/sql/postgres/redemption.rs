//! Making an approval durable is one statement, and so one round trip.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Nullable, Text};
use diesel_async::RunQueryDsl as _;

use super::queries::grants::{GrantRow, Times};
use super::queries::refresh_tokens::TokenRow;
use super::{Conn, types};
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::store::sql::schema::{grants, refresh_tokens};
use types::{Time, Timestamptz, Uuid};

struct Redeem {
    grant: GrantRow,
    token: Option<TokenRow>,
    /// Whether the client gets an ID Token, and knows the session by it.
    openid: bool,
    now: Time,
    /// The end of the row as the front channel saved it, where it has.
    before: Option<Time>,
}

impl QueryId for Redeem {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Redeem {
    /// The session that a client which gets an ID Token knows by its `sid`, locked so that its end waits for the note.
    fn session<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("session as materialized (select s.sid from sessions s join users u on u.subject = s.subject where s.subject = ");
        out.push_bind_param::<Nullable<Text>, _>(&self.grant.subject)?;
        out.push_sql(" and s.ended_at is null and u.locked_at is null and ");
        self.not_taken_back(out)?;
        out.push_sql(" and ");
        if self.grant.offline {
            out.push_sql("s.sid = ");
            out.push_bind_param::<Nullable<Text>, _>(&self.grant.sid)?;
        } else {
            out.push_sql("s.id = ");
            out.push_bind_param::<Nullable<Uuid>, _>(&self.grant.session_id)?;
            out.push_sql(" and s.expires_at > ");
            out.push_bind_param::<Timestamptz, _>(&self.now)?;
        }
        out.push_sql(" for share)");
        Ok(())
    }

    /// The person has taken nothing back since they approved. Asked of the row that is locked, whose newest version counts.
    fn not_taken_back<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(approvals_from is null or approvals_from <= ");
        out.push_bind_param::<Timestamptz, _>(&self.grant.created_at)?;
        out.push_sql(")");
        Ok(())
    }

    /// One that was saved before, when a token left by the browser beside the code, is prolonged, once; what was redeemed, a tombstone and a
    /// revoked one stay.
    fn saved<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let row = &self.grant;
        out.push_sql(", saved as (");
        insert_row!(out; grants: GrantRow = row; id, client_id, subject, session_id, offline, scopes, resources, sid, auth_time, amr, acr,
            claims_request, created_at, expires_at, revoked_at, authorization_details);
        if row.offline {
            out.push_sql(" from users where locked_at is null and subject = ");
            out.push_bind_param::<Nullable<Text>, _>(&row.subject)?;
            out.push_sql(" and ");
            self.not_taken_back(out)?;
            // Another node may have remembered a session for a moment after its end.
            out.push_sql(" and not exists (select from sessions where id = ");
            out.push_bind_param::<Nullable<Uuid>, _>(&row.session_id)?;
            out.push_sql(" and ended_at < ");
            out.push_bind_param::<Timestamptz, _>(&row.created_at)?;
            out.push_sql(") for share");
        } else {
            out.push_sql(" from session");
        }
        let Some(before) = &self.before else {
            out.push_sql(" on conflict (id) do nothing returning id)");
            return Ok(());
        };
        out.push_sql(
            " on conflict (id) do update set expires_at = excluded.expires_at where grants.client_id = excluded.client_id \
             and grants.subject = excluded.subject and grants.revoked_at is null and grants.expires_at = ",
        );
        out.push_bind_param::<Timestamptz, _>(before)?;
        out.push_sql(" returning id)");
        Ok(())
    }

    fn told<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(", told as (insert into session_clients (sid, client_id, subject, first_at) select session.sid, ");
        bind_list!(out; Text: &self.grant.client_id, Nullable<Text>: &self.grant.subject, Timestamptz: &self.now);
        out.push_sql(" from saved, session on conflict do nothing)");
        Ok(())
    }

    fn token<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some(row) = &self.token else {
            out.push_sql(" select id from saved");
            return Ok(());
        };
        out.push_sql(" ");
        insert_row!(out; refresh_tokens: TokenRow = row; hash, grant_id, generation, issued_at, expires_at, absolute_expires_at, rotated_at,
            confirmation);
        out.push_sql(" from saved");
        Ok(())
    }
}

impl QueryFragment<Pg> for Redeem {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with ");
        self.session(&mut out)?;
        self.saved(&mut out)?;
        if self.openid {
            self.told(&mut out)?;
        }
        self.token(&mut out)
    }
}

/// One statement is a part of whatever transaction is under way.
pub use self::redeem as redeem_within;

/// Whether it was saved; not so when its person or session is gone, or when it is redeemed or revoked already.
pub async fn redeem(conn: &mut Conn, grant: &Grant, token: Option<&RefreshToken>, times: Times) -> QueryResult<bool> {
    let openid = grant.has_scope("openid");
    let Times { now, expires_at, before } = times;
    let statement = Redeem { grant: GrantRow::new(grant, expires_at), token: token.map(TokenRow::from), openid, now, before };
    Ok(statement.execute(conn).await? > 0)
}
