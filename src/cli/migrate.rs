//! `authy migrate`.

use clap::Args;

use super::arguments::DataOptions;
use super::output::{CliError, Output};

/// `authy migrate`.
#[derive(Args, Debug)]
pub struct MigrateArguments {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// Change nothing; exit with 1 when the schema is not up to date
    #[arg(long)]
    pub check: bool,
    /// Change nothing; list what would be run
    #[arg(long)]
    pub plan: bool,
}

/// Migrates, checks or lists.
///
/// # Errors
/// When the database is away, or with `--check` when steps are pending.
pub async fn run(_: MigrateArguments, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("migrate"))
}
