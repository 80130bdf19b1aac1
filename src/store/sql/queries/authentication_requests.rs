//! What clients ask of people who are elsewhere (OpenID CIBA).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{Conn, audit, grants, hash_of, turns, unreadable};
use crate::clock::Timestamp;
use crate::model::approval::{Approval, Outcome};
use crate::model::audit::AuditEvent;
use crate::model::authentication_request::{AuthenticationRequest, Delivery, MOST_PER_CLIENT, State};
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::secret::TokenHash;
use crate::spec::device::Polling;
use crate::store::sql::outcome::{Queued, Redemption, Room};
use crate::store::sql::schema::authentication_requests::{self, table};
use crate::store::sql::schema::clients;
use crate::store::sql::types::{Id, Json, Time};

/// Nobody sees more than this at once.
const SHOWN: i64 = 100;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = authentication_requests)]
struct RequestRow {
    id: Id,
    auth_req_id: Vec<u8>,
    client_id: String,
    subject: String,
    scopes: Json<Vec<String>>,
    resources: Json<Vec<String>>,
    binding_message: Option<String>,
    delivery: String,
    sealed: Vec<u8>,
    polling: Json<Polling>,
    state: String,
    approval: Option<Json<Approval>>,
    attempts: i32,
    notify_at: Option<Time>,
    created_at: Time,
    expires_at: Time,
    authorization_details: Json<Vec<Value>>,
}

impl From<&AuthenticationRequest> for RequestRow {
    fn from(request: &AuthenticationRequest) -> Self {
        Self {
            id: Id(request.id),
            auth_req_id: request.auth_req_id.as_bytes().to_vec(),
            client_id: request.client_id.clone(),
            subject: request.subject.clone(),
            scopes: Json(request.scopes.clone()),
            resources: Json(request.resources.clone()),
            binding_message: request.binding_message.as_ref().map(|message| message.replace('\0', "")),
            delivery: request.delivery.as_str().to_owned(),
            sealed: request.sealed.clone(),
            polling: Json(request.polling),
            state: request.state.as_str().to_owned(),
            approval: request.approval.clone().map(Json),
            attempts: request.attempts,
            notify_at: request.notify_at.map(Time),
            created_at: Time(request.created_at),
            expires_at: Time(request.expires_at),
            authorization_details: Json(request.authorization_details.clone()),
        }
    }
}

impl RequestRow {
    fn into_request(self) -> QueryResult<AuthenticationRequest> {
        Ok(AuthenticationRequest {
            id: self.id.0,
            auth_req_id: hash_of(&self.auth_req_id, "authentication_requests.auth_req_id")?,
            client_id: self.client_id,
            subject: self.subject,
            scopes: self.scopes.0,
            resources: self.resources.0,
            binding_message: self.binding_message,
            delivery: Delivery::parse(&self.delivery).ok_or_else(|| unreadable("authentication_requests.delivery"))?,
            sealed: self.sealed,
            polling: self.polling.0,
            state: State::parse(&self.state).ok_or_else(|| unreadable("authentication_requests.state"))?,
            approval: self.approval.map(|approval| approval.0),
            attempts: self.attempts,
            notify_at: self.notify_at.map(|time| time.0),
            created_at: self.created_at.0,
            expires_at: self.expires_at.0,
            authorization_details: self.authorization_details.0,
        })
    }
}

/// Keeps a request where there is room beside those that wait. Until it is in its place nobody else counts those of this client.
pub async fn create_authentication_request(conn: &mut Conn, request: &AuthenticationRequest, room: Room) -> QueryResult<Queued> {
    turns::authentication_requests(conn, &request.client_id).await?;
    let waiting = || {
        table
            .filter(authentication_requests::client_id.eq(&request.client_id))
            .filter(authentication_requests::expires_at.gt(Time(request.created_at)))
            .filter(authentication_requests::state.eq(State::Pending.as_str()))
    };
    if waiting().count().get_result::<i64>(conn).await? >= room.of_client {
        return Ok(Queued::ClientFull);
    }
    let for_person = waiting().filter(authentication_requests::subject.eq(&request.subject));
    if for_person.count().get_result::<i64>(conn).await? >= room.for_person {
        return Ok(Queued::PersonFull);
    }
    diesel::insert_into(table).values(RequestRow::from(request)).execute(conn).await.map(|_| Queued::Done)
}

pub async fn authentication_request(conn: &mut Conn, auth_req_id: &TokenHash) -> QueryResult<Option<AuthenticationRequest>> {
    let found = table.filter(authentication_requests::auth_req_id.eq(auth_req_id.as_bytes().as_slice()));
    let row: Option<RequestRow> = found.select(RequestRow::as_select()).first(conn).await.optional()?;
    row.map(RequestRow::into_request).transpose()
}

pub async fn authentication_request_by_id(conn: &mut Conn, id: Uuid) -> QueryResult<Option<AuthenticationRequest>> {
    let row: Option<RequestRow> = table.find(Id(id)).select(RequestRow::as_select()).first(conn).await.optional()?;
    row.map(RequestRow::into_request).transpose()
}

/// Those of enabled clients that can be answered now, by one person or by anybody. The newest first: old ones hide none that was just asked.
pub async fn pending_authentication_requests(
    conn: &mut Conn,
    subject: Option<&str>,
    now: Timestamp,
) -> QueryResult<Vec<AuthenticationRequest>> {
    let mut query = table
        .inner_join(clients::table)
        .filter(clients::enabled.eq(true))
        .filter(authentication_requests::state.eq(State::Pending.as_str()))
        .filter(authentication_requests::expires_at.gt(Time(now)))
        .into_boxed();
    if let Some(subject) = subject {
        query = query.filter(authentication_requests::subject.eq(subject));
    }
    let query = query.order((authentication_requests::created_at.desc(), authentication_requests::id.desc())).limit(SHOWN);
    let rows: Vec<RequestRow> = query.select(RequestRow::as_select()).load(conn).await?;
    rows.into_iter().map(RequestRow::into_request).collect()
}

/// One `update … where state = 'pending'`: of any number of answers, one counts. A client that is told hears of it at once.
pub async fn answer_authentication_request(
    conn: &mut Conn,
    id: Uuid,
    outcome: &Outcome,
    now: Timestamp,
    event: &AuditEvent,
) -> QueryResult<bool> {
    let open = table
        .find(Id(id))
        .filter(authentication_requests::state.eq(State::Pending.as_str()))
        .filter(authentication_requests::expires_at.gt(Time(now)));
    let (state, approval) = match outcome {
        Outcome::Approved(approval) => (State::Approved, Some(Json(Approval::clone(approval)))),
        Outcome::Denied => (State::Denied, None),
    };
    let answer = (authentication_requests::state.eq(state.as_str()), authentication_requests::approval.eq(approval));
    let answered = diesel::update(open).set(answer).execute(conn).await? > 0;
    if answered {
        let told = table.find(Id(id)).filter(authentication_requests::delivery.ne(Delivery::Poll.as_str()));
        diesel::update(told).set(authentication_requests::notify_at.eq(Some(Time(now)))).execute(conn).await?;
    }
    audit::insert_if(conn, answered, event).await
}

pub async fn save_polling(conn: &mut Conn, id: Uuid, polling: Polling) -> QueryResult<()> {
    diesel::update(table.find(Id(id))).set(authentication_requests::polling.eq(Json(polling))).execute(conn).await.map(drop)
}

/// Takes the approval: one caller hears true.
async fn claim(conn: &mut Conn, id: Uuid) -> QueryResult<bool> {
    let approved = table.find(Id(id)).filter(authentication_requests::state.eq(State::Approved.as_str()));
    let taken = (authentication_requests::state.eq(State::Redeemed.as_str()), authentication_requests::approval.eq(None::<Json<Approval>>));
    Ok(diesel::update(approved).set(taken).execute(conn).await? > 0)
}

/// Takes the approval, makes its grant durable and keeps the `notice` that carries its tokens, all or nothing: a failure half-way loses no
/// yes. One that cannot be redeemed any more stays taken, and the notice is as it was.
pub async fn redeem_authentication_request(
    conn: &mut Conn,
    id: Uuid,
    grant: &Grant,
    token: Option<&RefreshToken>,
    now: Timestamp,
    notice: Option<&[u8]>,
) -> QueryResult<Option<Redemption>> {
    if !claim(conn, id).await? {
        return Ok(None);
    }
    let redemption = grants::redeem_grant_within(conn, grant, token, now).await?;
    if let Some(sealed) = notice.filter(|_| redemption == Redemption::Saved) {
        reseal_notice(conn, id, sealed).await?;
    }
    Ok(Some(redemption))
}

/// Notices that are due, each for one caller until `leased_until`.
pub async fn due_notices(
    conn: &mut Conn,
    (now, leased_until): (Timestamp, Timestamp),
    limit: i64,
    busy: &[String],
) -> QueryResult<Vec<AuthenticationRequest>> {
    let mut rows = waiting_notices(conn, now, limit, busy).await?;
    rows.sort_by_key(|row| row.id.0); // on every node in one order
    let mut leased = Vec::with_capacity(rows.len());
    for row in rows {
        let free = table.find(row.id).filter(authentication_requests::notify_at.le(Some(Time(now))));
        let lease = authentication_requests::notify_at.eq(Some(Time(leased_until)));
        if diesel::update(free).set(lease).execute(conn).await? > 0 {
            leased.push(row.into_request()?);
        }
    }
    Ok(leased)
}

/// What is due, a few notices for each client: who has waited longest comes first, and none takes all the places.
async fn waiting_notices(conn: &mut Conn, now: Timestamp, limit: i64, busy: &[String]) -> QueryResult<Vec<RequestRow>> {
    let due = || table.filter(authentication_requests::notify_at.le(Some(Time(now))));
    let free = due().filter(authentication_requests::client_id.ne_all(busy)).group_by(authentication_requests::client_id);
    let clients = free
        .select(authentication_requests::client_id)
        .order((diesel::dsl::min(authentication_requests::notify_at).asc(), authentication_requests::client_id.asc()))
        .limit(limit);
    let mut rows: Vec<RequestRow> = Vec::new();
    for client_id in clients.load::<String>(conn).await? {
        let room = limit.saturating_sub(i64::try_from(rows.len()).unwrap_or(i64::MAX)).min(MOST_PER_CLIENT);
        let of_client = due()
            .filter(authentication_requests::client_id.eq(client_id))
            .order((authentication_requests::notify_at.asc(), authentication_requests::id.asc()))
            .limit(room);
        rows.extend(of_client.select(RequestRow::as_select()).load::<RequestRow>(conn).await?);
    }
    Ok(rows)
}

/// After a notice: when to try again, or that there is nothing more to do. What it carried, tokens among it, is then forgotten.
pub async fn settle_notice(conn: &mut Conn, id: Uuid, next: Option<Timestamp>) -> QueryResult<()> {
    let tried = authentication_requests::attempts.eq(authentication_requests::attempts + 1);
    let notify_at = authentication_requests::notify_at.eq(next.map(Time));
    let update = diesel::update(table.find(Id(id)));
    match next {
        Some(_) => update.set((notify_at, tried)).execute(conn).await.map(drop),
        None => update.set((notify_at, tried, authentication_requests::sealed.eq(Vec::<u8>::new()))).execute(conn).await.map(drop),
    }
}

/// What the next notice carries.
pub async fn reseal_notice(conn: &mut Conn, id: Uuid, sealed: &[u8]) -> QueryResult<()> {
    diesel::update(table.find(Id(id))).set(authentication_requests::sealed.eq(sealed)).execute(conn).await.map(drop)
}

/// What notices that are still to come will carry.
pub async fn sealed_notices(conn: &mut Conn) -> QueryResult<Vec<(Uuid, Vec<u8>)>> {
    let kept = table.filter(authentication_requests::sealed.ne(Vec::<u8>::new()));
    let rows: Vec<(Id, Vec<u8>)> = kept.select((authentication_requests::id, authentication_requests::sealed)).load(conn).await?;
    Ok(rows.into_iter().map(|(id, sealed)| (id.0, sealed)).collect())
}
