//! `authy group …`.

use clap::{Args, Subcommand};

use super::arguments::DataOptions;
use super::open::Workplace;
use super::output::{CliError, Output};
use crate::admin::groups::json;

/// `authy group`.
#[derive(Args, Debug)]
pub struct GroupCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: GroupVerb,
}

/// What to do with groups.
#[derive(Debug, Subcommand)]
pub enum GroupVerb {
    /// Make a group
    Create(GroupName),
    /// List groups
    List,
    /// Put a user into a group
    AddMember(GroupMember),
    /// Take a user out of a group
    RemoveMember(GroupMember),
    /// Delete a group; its members stay
    Delete(GroupName),
}

/// A group.
#[derive(Args, Debug)]
pub struct GroupName {
    /// Name of the group
    pub name: String,
}

/// A group and a user.
#[derive(Args, Debug)]
pub struct GroupMember {
    /// Name of the group
    pub group: String,
    /// User name, e-mail address or id (sub)
    pub user: String,
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(command: GroupCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    match command.verb {
        GroupVerb::Create(GroupName { name }) => out.object(&json(&office.create_group(&name).await?)),
        GroupVerb::List => {
            let items: Vec<_> = office.list_groups().await?.iter().map(json).collect();
            out.list(&items, None, &[("name", "NAME"), ("members", "MEMBERS")]);
        }
        GroupVerb::AddMember(GroupMember { group, user }) => out.object(&json(&office.add_member(&group, &user).await?)),
        GroupVerb::RemoveMember(GroupMember { group, user }) => out.object(&json(&office.remove_member(&group, &user).await?)),
        GroupVerb::Delete(GroupName { name }) => {
            office.delete_group(&name).await?;
            out.done(&format!("The group {name} is deleted."));
        }
    }
    Ok(())
}
