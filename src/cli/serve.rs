//! `authy serve`: runs the provider.

use super::output::CliError;
use crate::config::Settings;

/// Runs until it is told to stop.
///
/// # Errors
/// Each names what is missing and the mend.
pub async fn run(_: Settings) -> anyhow::Result<()> {
    Err(CliError::not_built("serve").into())
}
