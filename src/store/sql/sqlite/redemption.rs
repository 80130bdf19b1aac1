//! Making an approval durable is one transaction, or a part of one, and one visit to the thread that works on the file.

use diesel::prelude::*;

use super::Conn;
use super::queries::grants::{GrantRow, Times};
use super::queries::refresh_tokens::TokenRow;
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::store::sql::schema::{grants, refresh_tokens, session_clients, sessions, users};
use crate::store::sql::types::{Id, Time};

struct Redeem {
    row: GrantRow,
    token: Option<TokenRow>,
    id: Id,
    session: Id,
    offline: bool,
    approved_at: Time,
    names: Names,
    times: Times,
}

struct Names {
    client_id: String,
    subject: String,
    /// Where the client gets an ID Token, and knows the session by it.
    sid: Option<String>,
}

/// Whether it was saved; not so when its person or session is gone, or when it is redeemed or revoked already.
pub async fn redeem(conn: &mut Conn, grant: &Grant, token: Option<&RefreshToken>, times: Times) -> QueryResult<bool> {
    let work = Redeem::new(grant, token, times);
    conn.spawn_blocking(move |connection| connection.immediate_transaction(|connection| work.run(connection))).await
}

/// The same as a part of a transaction that is under way.
pub async fn redeem_within(conn: &mut Conn, grant: &Grant, token: Option<&RefreshToken>, times: Times) -> QueryResult<bool> {
    let work = Redeem::new(grant, token, times);
    conn.spawn_blocking(move |connection| work.run(connection)).await
}

impl Redeem {
    fn new(grant: &Grant, token: Option<&RefreshToken>, times: Times) -> Self {
        let openid = grant.has_scope("openid");
        Self {
            row: GrantRow::new(grant, times.expires_at),
            token: token.map(TokenRow::from),
            id: Id(grant.id),
            session: Id(grant.session_id),
            offline: grant.offline,
            approved_at: Time(grant.created_at),
            names: Names {
                client_id: grant.client_id.clone(),
                subject: grant.subject.clone(),
                sid: openid.then(|| grant.authentication.sid.clone()),
            },
            times,
        }
    }

    fn run(self, connection: &mut SqliteConnection) -> QueryResult<bool> {
        if !self.may_be_given(connection)? {
            return Ok(false);
        }
        let tells = self.knows_a_live_session(connection)?;
        let Self { row, token, id, names: Names { client_id, subject, sid }, times: Times { now, expires_at, before }, .. } = self;
        if diesel::insert_into(grants::table).values(row).on_conflict(grants::id).do_nothing().execute(connection)? == 0 {
            // Saved before, when a token left by the browser beside the code; what was redeemed, and a tombstone, is not to be had again.
            let Some(before) = before else { return Ok(false) };
            let own = grants::client_id.eq(&client_id).and(grants::subject.eq(&subject)).and(grants::revoked_at.is_null());
            let saved = grants::table.find(id).filter(own.and(grants::expires_at.eq(before)));
            if diesel::update(saved).set(grants::expires_at.eq(expires_at)).execute(connection)? == 0 {
                return Ok(false);
            }
        }
        if let Some(token) = token {
            diesel::insert_into(refresh_tokens::table).values(token).execute(connection)?;
        }
        if let Some(sid) = sid.filter(|_| tells) {
            let (client, person) = (session_clients::client_id.eq(client_id), session_clients::subject.eq(subject));
            let note = (session_clients::sid.eq(sid), client, person, session_clients::first_at.eq(now));
            diesel::insert_into(session_clients::table).values(note).on_conflict_do_nothing().execute(connection)?;
        }
        Ok(true)
    }

    /// A person who can sign in, and, unless the grant outlives it, the session it was approved in.
    fn may_be_given(&self, connection: &mut SqliteConnection) -> QueryResult<bool> {
        // What the person took back since they approved is void.
        let stands = users::approvals_from.is_null().or(users::approvals_from.assume_not_null().le(self.approved_at));
        let person = users::subject.eq(&self.names.subject).and(users::locked_at.is_null()).and(stands);
        if self.offline {
            // Another process may have remembered a session for a moment after its end.
            let over = sessions::id.eq(self.session).and(sessions::ended_at.assume_not_null().lt(self.approved_at));
            let over = diesel::dsl::exists(sessions::table.filter(sessions::ended_at.is_not_null().and(over)));
            return diesel::select(diesel::dsl::exists(users::table.filter(person.and(diesel::dsl::not(over))))).get_result(connection);
        }
        let live = sessions::ended_at.is_null().and(sessions::expires_at.gt(self.times.now)).and(sessions::subject.eq(&self.names.subject));
        let session = sessions::table.inner_join(users::table).filter(sessions::id.eq(self.session).and(live).and(person));
        diesel::select(diesel::dsl::exists(session)).get_result(connection)
    }

    /// A grant that outlives sessions may come when its session has ended.
    fn knows_a_live_session(&self, connection: &mut SqliteConnection) -> QueryResult<bool> {
        let Some(sid) = &self.names.sid else { return Ok(false) };
        let live =
            sessions::table.filter(sessions::sid.eq(sid).and(sessions::ended_at.is_null()).and(sessions::subject.eq(&self.names.subject)));
        diesel::select(diesel::dsl::exists(live)).get_result(connection)
    }
}
