//! `authy resource …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::arguments::{DataOptions, duration};
use super::output::{CliError, Output};

/// `authy resource`.
#[derive(Args, Debug)]
pub struct ResourceCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: ResourceVerb,
}

/// What to do with resources (RFC 8707).
#[derive(Debug, Subcommand)]
pub enum ResourceVerb {
    /// Register an API
    Create(ResourceChange),
    /// List APIs
    List,
    /// Show an API
    Show(ResourceUri),
    /// Change an API; what is not named stays, a repeatable flag replaces its whole list
    Update(ResourceChange),
    /// Delete an API; no more tokens are made for it
    Delete(ResourceUri),
}

/// A resource by its identifier.
#[derive(Args, Debug)]
pub struct ResourceUri {
    /// Absolute URI that names the API
    pub uri: String,
}

/// What may be said about a resource.
#[derive(Args, Debug)]
pub struct ResourceChange {
    /// Absolute URI that names the API and becomes the aud of its tokens
    pub uri: String,
    /// Name for people; by default the URI
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// A scope that may be asked for it, by default any of the client; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Algorithm that signs its tokens; by default ES256
    #[arg(long, value_name = "ALGORITHM", value_parser = ["RS256", "PS256", "ES256", "EdDSA"])]
    pub signing_alg: Option<String>,
    /// How long its tokens live
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub access_token_lifetime: Option<Duration>,
    /// A client that may introspect its tokens; may be repeated
    #[arg(long = "introspection-client", value_name = "CLIENT")]
    pub introspection_clients: Vec<String>,
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(_: ResourceCommand, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("resource"))
}
