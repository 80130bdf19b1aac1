//! Groups: named sets of people, which applications read in the `groups` claim.

use serde_json::{Value, json};

use crate::admin::fault::Fault;
use crate::admin::office::{Office, Problem};
use crate::admin::users::profile::is_group_name;
use crate::model::group::Group;
use crate::model::user::User;
use crate::store::sql::Created;
use crate::telemetry::audit;

/// `{name, members, created_at}`.
pub fn json(group: &Group) -> Value {
    json!({"name": group.name, "members": group.members, "created_at": group.created_at.rfc3339()})
}

impl Office<'_> {
    /// Makes an empty group.
    ///
    /// # Errors
    /// The name breaks the rules or is taken.
    pub async fn create_group(&self, name: &str) -> Result<Group, Problem> {
        let name = name.trim();
        if !is_group_name(name) {
            return Err(Problem::refused("name", "A group's name has 1 to 200 characters on one line.", "Choose another name."));
        }
        match self.sql.create_group(name, self.now, &self.event(audit::GROUP_CREATED).build()).await? {
            Created::Done => Ok(Group { name: name.to_owned(), members: Vec::new(), created_at: self.now }),
            Created::Exists(_) => {
                Err(Problem::Exists(Fault::new("name", format!("There is a group {name:?} already."), "Use it, or choose another name.")))
            }
        }
    }

    pub(in crate::admin) async fn make_group_if_absent(&self, name: &str) -> Result<(), Problem> {
        let _already_there = self.sql.create_group(name, self.now, &self.event(audit::GROUP_CREATED).build()).await?;
        Ok(())
    }

    /// All groups by name.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn list_groups(&self) -> Result<Vec<Group>, Problem> {
        Ok(self.sql.list_groups().await?)
    }

    /// One group.
    ///
    /// # Errors
    /// Not found.
    pub async fn group(&self, name: &str) -> Result<Group, Problem> {
        self.list_groups().await?.into_iter().find(|group| group.name == name).ok_or_else(|| no_group(name))
    }

    /// Makes a person a member; one who is a member already stays one.
    ///
    /// # Errors
    /// The group or the user is not there.
    pub async fn add_member(&self, group: &str, user: &str) -> Result<Group, Problem> {
        let user = self.member_to_be(group, user).await?;
        let event = self.event(audit::GROUP_MEMBER_ADDED).subject(&user.subject).build();
        if !self.sql.add_group_member(group, &user.subject, &event).await? {
            return Err(no_group(group));
        }
        self.forget_user(&user.subject);
        self.group(group).await
    }

    /// Takes a person out of a group.
    ///
    /// # Errors
    /// The group or the user is not there, or the user is no member.
    pub async fn remove_member(&self, group: &str, user: &str) -> Result<Group, Problem> {
        let user = self.member_to_be(group, user).await?;
        let event = self.event(audit::GROUP_MEMBER_REMOVED).subject(&user.subject).build();
        if !self.sql.remove_group_member(group, &user.subject, &event).await? {
            return Err(Problem::not_found("member", &user.username, format!("`authy group list` shows who is in {group:?}.")));
        }
        self.forget_user(&user.subject);
        self.group(group).await
    }

    async fn member_to_be(&self, group: &str, user: &str) -> Result<User, Problem> {
        self.group(group).await?;
        self.find_user(user).await
    }

    /// Deletes a group; its members stay.
    ///
    /// # Errors
    /// Not found.
    pub async fn delete_group(&self, name: &str) -> Result<(), Problem> {
        if !self.sql.delete_group(name, &self.event(audit::GROUP_DELETED).build()).await? {
            return Err(no_group(name));
        }
        Ok(())
    }
}

fn no_group(name: &str) -> Problem {
    Problem::not_found("group", name, "`authy group list` shows them all; `authy group create` makes one.")
}
