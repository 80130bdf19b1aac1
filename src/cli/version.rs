//! `authy version`.

use serde_json::json;

use super::output::{CliError, Output};

/// Prints the version.
///
/// # Errors
/// None.
pub fn run(out: Output) -> Result<(), CliError> {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    out.print(&json!({ "version": VERSION }), || format!("authy {VERSION}"));
    Ok(())
}
