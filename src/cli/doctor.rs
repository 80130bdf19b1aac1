//! `authy doctor`: checks a deployment; each finding comes with its mend.

use clap::Args;

use super::arguments::ServeArguments;
use super::output::{CliError, Output};

/// `authy doctor` takes the flags of `serve`, so that it looks at what that would run.
#[derive(Args, Debug)]
pub struct DoctorArguments {
    /// What `serve` would run with.
    #[command(flatten)]
    pub serve: ServeArguments,
}

/// Checks.
///
/// # Errors
/// When something is found that keeps authy from working.
pub async fn run(_: DoctorArguments, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("doctor"))
}
