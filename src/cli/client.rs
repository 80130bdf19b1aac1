//! `authy client …`.

pub mod arguments;

use clap::{Args, Subcommand};

use super::arguments::{DataOptions, PageOptions};
use super::output::{CliError, Output};
use arguments::{ClientCreate, ClientUpdate};

/// `authy client`.
#[derive(Args, Debug)]
pub struct ClientCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: ClientVerb,
}

/// What to do with clients.
#[derive(Debug, Subcommand)]
pub enum ClientVerb {
    /// Register an application; its secret is printed once
    Create(Box<ClientCreate>),
    /// List applications
    List(PageOptions),
    /// Show an application
    Show(ClientName),
    /// Change an application; what is not named stays, a repeatable flag replaces its whole list
    Update(Box<ClientUpdate>),
    /// Give an application another secret, printed once; the old one works until it is retired
    RotateSecret(ClientRotate),
    /// Delete an application and every grant to it
    Delete(ClientName),
}

/// A client by id or unique name.
#[derive(Args, Debug)]
pub struct ClientName {
    /// Client id, or name if only one has it
    pub client: String,
}

/// `authy client rotate-secret`.
#[derive(Args, Debug)]
pub struct ClientRotate {
    /// Client id, or name if only one has it
    pub client: String,
    /// Take the new secret from one line of standard input instead of making one
    #[arg(long)]
    pub secret_stdin: bool,
    /// The old secrets stop working at once
    #[arg(long)]
    pub retire_old: bool,
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(_: ClientCommand, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("client"))
}
