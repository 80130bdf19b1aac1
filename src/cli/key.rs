//! `authy key …`.

use clap::{Args, Subcommand};

use super::arguments::DataOptions;
use super::output::{CliError, Output};

/// `authy key`.
#[derive(Args, Debug)]
pub struct KeyCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: KeyVerb,
}

/// What to do with signing keys.
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// List signing keys
    List,
    /// Publish new keys now and sign with them after 24 hours
    Rotate(KeyRotate),
}

/// `authy key rotate`.
#[derive(Args, Debug)]
pub struct KeyRotate {
    /// Sign with the new keys at once and withdraw the old ones: what they signed is no longer valid
    #[arg(long)]
    pub emergency: bool,
}

/// Does it.
///
/// # Errors
/// When the data is away or the master key is another one.
pub async fn run(_: KeyCommand, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("key"))
}
