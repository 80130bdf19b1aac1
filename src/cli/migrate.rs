//! `authy migrate`.

use clap::Args;
use serde_json::json;

use super::arguments::DataOptions;
use super::output::{CliError, Output};
use super::settings;
use crate::boot::{self, BootError};

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
pub async fn run(arguments: MigrateArguments, out: Output) -> Result<(), CliError> {
    let settings = settings::for_command(&arguments.data.flags(), out)?;
    if !arguments.check && !arguments.plan {
        let sql = boot::connect(&settings).await?;
        let applied = sql.migrate().await.map_err(BootError::from)?;
        out.print(&json!({ "applied": applied, "pending": [] }), || match applied.len() {
            0 => "The schema is up to date.".to_owned(),
            number => format!("Applied {number} migration(s); the schema is up to date."),
        });
        return Ok(());
    }
    let pending = boot::pending_migrations(&settings).await?;
    out.print(&json!({ "applied": [], "pending": pending }), || match pending.len() {
        0 => "The schema is up to date.".to_owned(),
        _ => pending.iter().map(|version| format!("pending {version}\n")).collect(),
    });
    if arguments.check && !pending.is_empty() {
        return Err(CliError::new("refused", format!("{} migration(s) are pending.", pending.len()), "Run `authy migrate`."));
    }
    Ok(())
}
