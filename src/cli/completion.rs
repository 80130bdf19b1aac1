//! `authy completion SHELL`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;

use super::output::{CliError, Output};

/// `authy completion`.
#[derive(Args, Debug)]
pub struct CompletionArguments {
    /// Which shell
    pub shell: Shell,
}

/// Prints the script, which the shell reads: `source <(authy completion bash)`.
///
/// # Errors
/// None.
pub fn run(arguments: &CompletionArguments, out: Output) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Cli::command(), "authy", &mut script);
    let script = String::from_utf8_lossy(&script);
    out.print(&json!({ "shell": arguments.shell.to_string(), "script": script }), || script.to_string());
    Ok(())
}
