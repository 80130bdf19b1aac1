//! People.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

use super::{Conn, audit, containing, credentials, is_storable, logouts, lower};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::user::{Password, User};
use crate::store::sql::outcome::{Changed, Created, Page};
use crate::store::sql::schema::{group_members, groups, passwords, users};
use crate::store::sql::types::{Json, Time};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
struct UserRow {
    subject: String,
    #[diesel(embed)]
    edited: Edit,
    locked_at: Option<Time>,
    created_at: Time,
}

/// What an administrator's edit writes. Whether somebody is locked is said apart, so that no edit undoes it.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
struct Edit {
    username: String,
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    claims: Json<Map<String, Value>>,
    admin: bool,
    updated_at: Time,
}

impl Edit {
    fn of(user: &User, updated_at: Timestamp) -> Self {
        Self {
            username: user.username.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            name: user.name.clone(),
            claims: Json(user.claims.clone()),
            admin: user.admin,
            updated_at: Time(updated_at),
        }
    }
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        Self {
            subject: user.subject.clone(),
            edited: Edit::of(user, user.updated_at),
            locked_at: user.locked_at.map(Time),
            created_at: Time(user.created_at),
        }
    }
}

impl UserRow {
    fn into_user(self, groups: Vec<String>) -> User {
        User {
            subject: self.subject,
            username: self.edited.username,
            email: self.edited.email,
            email_verified: self.edited.email_verified,
            name: self.edited.name,
            claims: self.edited.claims.0,
            groups,
            admin: self.edited.admin,
            locked_at: self.locked_at.map(|time| time.0),
            created_at: self.created_at.0,
            updated_at: self.edited.updated_at.0,
        }
    }
}

pub async fn create_user(conn: &mut Conn, user: &User, password: Option<&Password>, event: &AuditEvent) -> QueryResult<Created> {
    if diesel::insert_into(users::table).values(UserRow::from(user)).on_conflict_do_nothing().execute(conn).await? == 0 {
        return Ok(Created::Exists(taken(conn, user).await?.unwrap_or("sub")));
    }
    if let Some(password) = password {
        credentials::put(conn, &user.subject, password).await?;
    }
    for name in &user.groups {
        let made = (groups::name.eq(name), groups::created_at.eq(Time(user.created_at)));
        diesel::insert_into(groups::table).values(made).on_conflict_do_nothing().execute(conn).await?;
        let member = (group_members::group_name.eq(name), group_members::subject.eq(&user.subject));
        diesel::insert_into(group_members::table).values(member).on_conflict_do_nothing().execute(conn).await?;
    }
    audit::insert(conn, event).await?;
    Ok(Created::Done)
}

/// Which unique member of `user` another user has.
async fn taken(conn: &mut Conn, user: &User) -> QueryResult<Option<&'static str>> {
    let others = users::table.filter(users::subject.ne(&user.subject));
    if diesel::select(diesel::dsl::exists(others.filter(users::username.eq(&user.username)))).get_result(conn).await? {
        return Ok(Some("username"));
    }
    let Some(email) = &user.email else { return Ok(None) };
    let email_is_taken: bool = diesel::select(diesel::dsl::exists(others.filter(users::email.eq(email)))).get_result(conn).await?;
    Ok(email_is_taken.then_some("email"))
}

pub async fn user_by_subject(conn: &mut Conn, subject: &str) -> QueryResult<Option<User>> {
    if !is_storable(subject) {
        return Ok(None);
    }
    let row = users::table.find(subject).select(UserRow::as_select()).first(conn).await.optional()?;
    let Some(row) = row else { return Ok(None) };
    let groups = groups_of(conn, &row.subject).await?;
    Ok(Some(row.into_user(groups)))
}

pub async fn user_by_login(conn: &mut Conn, login: &str) -> QueryResult<Option<(User, Option<Password>)>> {
    if !is_storable(login) {
        return Ok(None);
    }
    let found = users::table
        .left_join(passwords::table)
        .filter(users::username.eq(login).or(users::email.eq(login)))
        .order(users::username.eq(login).desc())
        .select((UserRow::as_select(), passwords::hash.nullable(), passwords::changed_at.nullable()))
        .first::<(UserRow, Option<String>, Option<Time>)>(conn)
        .await
        .optional()?;
    let Some((row, hash, changed_at)) = found else { return Ok(None) };
    let groups = groups_of(conn, &row.subject).await?;
    let password = hash.zip(changed_at).map(|(hash, changed_at)| Password { hash: hash.into(), changed_at: changed_at.0 });
    Ok(Some((row.into_user(groups), password)))
}

async fn groups_of(conn: &mut Conn, subject: &str) -> QueryResult<Vec<String>> {
    let mut names: Vec<String> =
        group_members::table.filter(group_members::subject.eq(subject)).select(group_members::group_name).load(conn).await?;
    names.sort_unstable();
    Ok(names)
}

pub async fn list_users(conn: &mut Conn, page: &Page) -> QueryResult<Vec<User>> {
    let mut query = users::table.select(UserRow::as_select()).into_boxed();
    if !page.search.is_empty() {
        let (raw, low) = (containing(&page.search), containing(&page.search.to_lowercase()));
        let name = lower(users::name).like(low.clone()).escape('\\').or(users::name.like(raw).escape('\\'));
        let address = users::email.like(low.clone()).escape('\\');
        query = query.filter(users::username.nullable().like(low).escape('\\').or(address).or(name));
    }
    if let Some(after) = &page.after {
        query = query.filter(users::username.gt(after));
    }
    let rows: Vec<UserRow> = query.order(users::username.asc()).limit(page.limit).load(conn).await?;
    let subjects: Vec<&String> = rows.iter().map(|row| &row.subject).collect();
    let memberships: Vec<(String, String)> = group_members::table
        .filter(group_members::subject.eq_any(subjects))
        .select((group_members::subject, group_members::group_name))
        .load(conn)
        .await?;
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for (subject, name) in memberships {
        groups.entry(subject).or_default().push(name);
    }
    let with_groups = |row: UserRow| {
        let mut names = groups.remove(&row.subject).unwrap_or_default();
        names.sort_unstable();
        row.into_user(names)
    };
    Ok(rows.into_iter().map(with_groups).collect())
}

pub async fn count_users(conn: &mut Conn, search: &str) -> QueryResult<i64> {
    if search.is_empty() {
        return users::table.count().get_result(conn).await;
    }
    let (raw, low) = (containing(search), containing(&search.to_lowercase()));
    let name = lower(users::name).like(low.clone()).escape('\\').or(users::name.like(raw).escape('\\'));
    let address = users::email.like(low.clone()).escape('\\');
    users::table.filter(users::username.nullable().like(low).escape('\\').or(address).or(name)).count().get_result(conn).await
}

pub async fn update_user(conn: &mut Conn, user: &User, event: &AuditEvent) -> QueryResult<Changed> {
    if let Some(member) = taken(conn, user).await? {
        return Ok(Changed::Exists(member));
    }
    let edit = Edit::of(user, event.at.after(user.updated_at));
    let as_read = users::table.find(&user.subject).filter(users::updated_at.eq(Time(user.updated_at)));
    let saved = diesel::update(as_read).set(edit).execute(conn).await? > 0;
    Ok(if audit::insert_if(conn, saved, event).await? { Changed::Done } else { Changed::Meanwhile })
}

pub async fn save_profile(conn: &mut Conn, user: &User, event: &AuditEvent) -> QueryResult<bool> {
    let as_read = users::table.find(&user.subject).filter(users::updated_at.eq(Time(user.updated_at)));
    let own = (
        users::name.eq(&user.name),
        users::claims.eq(Json(user.claims.clone())),
        users::updated_at.eq(Time(event.at.after(user.updated_at))),
    );
    let saved = diesel::update(as_read).set(own).execute(conn).await? > 0;
    audit::insert_if(conn, saved, event).await
}

pub async fn lock_user(conn: &mut Conn, subject: &str, locked_at: Option<Timestamp>, event: &AuditEvent) -> QueryResult<bool> {
    let void = locked_at.map(|_| users::approvals_from.eq(Time(event.at)));
    let set = (users::locked_at.eq(locked_at.map(Time)), void);
    let found = diesel::update(users::table.find(subject)).set(set).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

/// What the person approved and no client has come for yet is void. A redemption locks the same row, so it comes wholly before or after:
/// what came before is a grant that the caller then finds.
pub(super) async fn void_approvals(conn: &mut Conn, subject: &str, now: Timestamp) -> QueryResult<()> {
    diesel::update(users::table.find(subject)).set(users::approvals_from.eq(Time(now))).execute(conn).await.map(drop)
}

pub async fn delete_user(conn: &mut Conn, subject: &str, event: &AuditEvent) -> QueryResult<bool> {
    // In the order in which a change of the password locks them: that first, then sessions, then the person.
    credentials::remove(conn, subject).await?;
    logouts::announce_all(conn, subject, event.at).await?;
    let found = diesel::delete(users::table.find(subject)).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

pub async fn administrator_exists(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(users::table.filter(users::admin))).get_result(conn).await
}
