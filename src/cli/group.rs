//! `authy group …`.

use clap::{Args, Subcommand};

use super::arguments::DataOptions;
use super::output::{CliError, Output};

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
pub async fn run(_: GroupCommand, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("group"))
}
