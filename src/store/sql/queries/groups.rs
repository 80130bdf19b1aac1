//! Groups and their members.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Conn, audit, is_storable};
use crate::clock::Timestamp;
use crate::model::audit::AuditEvent;
use crate::model::group::Group;
use crate::store::sql::outcome::Created;
use crate::store::sql::schema::{group_members, groups, users};
use crate::store::sql::types::Time;

pub async fn create_group(conn: &mut Conn, name: &str, now: Timestamp, event: &AuditEvent) -> QueryResult<Created> {
    let values = (groups::name.eq(name), groups::created_at.eq(Time(now)));
    if diesel::insert_into(groups::table).values(values).on_conflict_do_nothing().execute(conn).await? == 0 {
        return Ok(Created::Exists("name"));
    }
    audit::insert(conn, event).await?;
    Ok(Created::Done)
}

pub async fn list_groups(conn: &mut Conn) -> QueryResult<Vec<Group>> {
    let rows: Vec<(String, Time)> = groups::table.select((groups::name, groups::created_at)).load(conn).await?;
    let members: Vec<(String, String)> =
        group_members::table.inner_join(users::table).select((group_members::group_name, users::username)).load(conn).await?;
    let with_members = |(name, created_at): (String, Time)| {
        let of_this = members.iter().filter(|(group, _)| *group == name);
        let mut members: Vec<String> = of_this.map(|(_, username)| username.clone()).collect();
        members.sort_unstable();
        Group { name, members, created_at: created_at.0 }
    };
    let mut all: Vec<Group> = rows.into_iter().map(with_members).collect();
    all.sort_unstable_by(|left, right| left.name.cmp(&right.name));
    Ok(all)
}

pub async fn add_group_member(conn: &mut Conn, group: &str, subject: &str, event: &AuditEvent) -> QueryResult<bool> {
    if !is_storable(group) || !is_storable(subject) {
        return Ok(false);
    }
    let known: bool = diesel::select(diesel::dsl::exists(groups::table.find(group)).and(diesel::dsl::exists(users::table.find(subject))))
        .get_result(conn)
        .await?;
    if known {
        let values = (group_members::group_name.eq(group), group_members::subject.eq(subject));
        diesel::insert_into(group_members::table).values(values).on_conflict_do_nothing().execute(conn).await?;
    }
    audit::insert_if(conn, known, event).await
}

pub async fn remove_group_member(conn: &mut Conn, group: &str, subject: &str, event: &AuditEvent) -> QueryResult<bool> {
    let found = diesel::delete(group_members::table.find((group, subject))).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}

pub async fn delete_group(conn: &mut Conn, name: &str, event: &AuditEvent) -> QueryResult<bool> {
    let found = diesel::delete(groups::table.find(name)).execute(conn).await? > 0;
    audit::insert_if(conn, found, event).await
}
