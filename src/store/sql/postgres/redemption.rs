//! Making an approval durable is one statement, and so one round trip.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Binary, Bool, Integer, Text};
use diesel_async::RunQueryDsl as _;

use super::{Conn, types};
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use types::{Id, Json, Jsonb, Time, Timestamptz, Uuid};

struct Redeem<'a> {
    grant: &'a Grant,
    token: Option<&'a RefreshToken>,
    times: Times,
    ids: Ids,
    lists: Lists<'a>,
    confirmation: Option<Json<&'a crate::model::confirmation::Confirmation>>,
}

struct Times {
    now: Time,
    auth_time: Time,
    created_at: Time,
    expires_at: Time,
    token: Option<[Time; 3]>,
}

struct Ids {
    grant: Id,
    session: Id,
}

struct Lists<'a> {
    scopes: Json<&'a [String]>,
    resources: Json<&'a [String]>,
    amr: Json<&'a [String]>,
    claims_request: Json<&'a serde_json::Value>,
    authorization_details: Json<&'a [serde_json::Value]>,
}

impl QueryId for Redeem<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Redeem<'_> {
    /// The session that a client which gets an ID Token knows by its `sid`, locked so that its end waits for the note.
    fn session<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("session as materialized (select s.sid from sessions s join users u on u.subject = s.subject where s.subject = ");
        out.push_bind_param::<Text, _>(&self.grant.subject)?;
        out.push_sql(" and s.ended_at is null and u.locked_at is null and ");
        if self.grant.offline {
            out.push_sql("s.sid = ");
            out.push_bind_param::<Text, _>(&self.grant.authentication.sid)?;
        } else {
            out.push_sql("s.id = ");
            out.push_bind_param::<Uuid, _>(&self.ids.session)?;
            out.push_sql(" and s.expires_at > ");
            out.push_bind_param::<Timestamptz, _>(&self.times.now)?;
        }
        out.push_sql(" for share)");
        Ok(())
    }

    /// One that was saved before, when a token left by the browser beside the code, is prolonged; a tombstone or a revoked one stays.
    fn saved<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (grant, lists, times) = (self.grant, &self.lists, &self.times);
        out.push_sql(
            ", saved as (insert into grants (id, client_id, subject, session_id, offline, scopes, resources, sid, auth_time, amr, acr, \
             claims_request, created_at, expires_at, authorization_details) select ",
        );
        out.push_bind_param::<Uuid, _>(&self.ids.grant)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&grant.client_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&grant.subject)?;
        out.push_sql(", ");
        out.push_bind_param::<Uuid, _>(&self.ids.session)?;
        out.push_sql(", ");
        out.push_bind_param::<Bool, _>(&grant.offline)?;
        out.push_sql(", ");
        out.push_bind_param::<Jsonb, _>(&lists.scopes)?;
        out.push_sql(", ");
        out.push_bind_param::<Jsonb, _>(&lists.resources)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&grant.authentication.sid)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&times.auth_time)?;
        out.push_sql(", ");
        out.push_bind_param::<Jsonb, _>(&lists.amr)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&grant.authentication.acr)?;
        out.push_sql(", ");
        out.push_bind_param::<Jsonb, _>(&lists.claims_request)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&times.created_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&times.expires_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Jsonb, _>(&lists.authorization_details)?;
        if grant.offline {
            out.push_sql(" from users where locked_at is null and subject = ");
            out.push_bind_param::<Text, _>(&grant.subject)?;
        } else {
            out.push_sql(" from session");
        }
        out.push_sql(
            " on conflict (id) do update set expires_at = excluded.expires_at where grants.client_id = excluded.client_id \
             and grants.subject = excluded.subject and grants.revoked_at is null returning id)",
        );
        Ok(())
    }

    fn told<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(", told as (insert into session_clients (sid, client_id, subject, first_at) select session.sid, ");
        out.push_bind_param::<Text, _>(&self.grant.client_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.grant.subject)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&self.times.now)?;
        out.push_sql(" from saved, session on conflict do nothing)");
        Ok(())
    }

    fn token<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (Some(token), Some([issued_at, expires_at, absolute])) = (self.token, &self.times.token) else {
            out.push_sql(" select id from saved");
            return Ok(());
        };
        out.push_sql(
            " insert into refresh_tokens (grant_id, hash, generation, issued_at, expires_at, absolute_expires_at, confirmation) select id, ",
        );
        out.push_bind_param::<Binary, _>(token.hash.as_bytes().as_slice())?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&token.generation)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(issued_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(expires_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(absolute)?;
        out.push_sql(", ");
        match &self.confirmation {
            Some(confirmation) => out.push_bind_param::<Jsonb, _>(confirmation)?,
            None => out.push_sql("null"),
        }
        out.push_sql(" from saved");
        Ok(())
    }
}

impl QueryFragment<Pg> for Redeem<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("with ");
        self.session(&mut out)?;
        self.saved(&mut out)?;
        if self.grant.scopes.iter().any(|scope| scope == "openid") {
            self.told(&mut out)?;
        }
        self.token(&mut out)
    }
}

/// Whether it was saved; not so when its person or session is gone, or when it is revoked already.
pub async fn redeem(conn: &mut Conn, grant: &Grant, token: Option<&RefreshToken>, (now, expires_at): (Time, Time)) -> QueryResult<bool> {
    let statement = Redeem {
        grant,
        token,
        times: Times {
            now,
            auth_time: Time(grant.authentication.auth_time),
            created_at: Time(grant.created_at),
            expires_at,
            token: token.map(|token| [Time(token.issued_at), Time(token.expires_at), Time(token.absolute_expires_at)]),
        },
        ids: Ids { grant: Id(grant.id), session: Id(grant.session_id) },
        lists: Lists {
            scopes: Json(&grant.scopes),
            resources: Json(&grant.resources),
            amr: Json(&grant.authentication.amr),
            claims_request: Json(&grant.claims_request),
            authorization_details: Json(&grant.authorization_details),
        },
        confirmation: token.filter(|token| !token.confirmation.is_none()).map(|token| Json(&token.confirmation)),
    };
    Ok(statement.execute(conn).await? > 0)
}
