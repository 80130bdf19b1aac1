//! `authy config check | show`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::ServeArguments;
use super::output::{CliError, Output};
use super::settings;
use crate::config::{self, Problem, Problems, show};

/// `authy config`.
#[derive(Args, Debug)]
pub struct ConfigCommand {
    /// Check or show.
    #[command(subcommand)]
    pub verb: ConfigVerb,
}

/// What to do with the settings. Both take the flags of `serve`, so that they see what it would see.
#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Report every problem at once
    Check(ServeArguments),
    /// Print what is in force and where it was set, secrets redacted
    Show(ServeArguments),
}

/// Checks or shows.
///
/// # Errors
/// Every problem at once.
pub fn run(command: &ConfigCommand, out: Output) -> Result<(), CliError> {
    match &command.verb {
        ConfigVerb::Check(arguments) => check(arguments, out),
        ConfigVerb::Show(arguments) => {
            let values = settings::collect(&arguments.flags());
            let settings = config::settle(&values)?;
            // What `serve` takes where none is set.
            let issuer = settings.issuer_before_start().filter(|_| settings.issuer.is_none());
            let mut object = show::object(&values);
            if let (Some(issuer), Some(shown)) = (&issuer, object.get_mut("issuer")) {
                *shown = json!(issuer.as_str());
            }
            out.print(&object, || match &issuer {
                None => show::toml(&values),
                Some(issuer) => show::toml(&values).replacen(
                    "# issuer is not set\n",
                    &format!("issuer = {} # follows the first listener\n", json!(issuer.as_str())),
                    1,
                ),
            });
            Ok(())
        }
    }
}

fn check(arguments: &ServeArguments, out: Output) -> Result<(), CliError> {
    let problems = match settings::load_for_serving(&arguments.flags()) {
        Ok(_) => Vec::new(),
        Err(Problems(problems)) => problems,
    };
    if problems.is_empty() {
        out.print(&json!({ "ok": true, "problems": [] }), || "The settings are in order.".to_owned());
        return Ok(());
    }
    if out.json {
        let told: Vec<Value> = problems.iter().map(object).collect();
        out.print(&json!({ "ok": false, "problems": told }), String::new);
    }
    Err(Problems(problems).into())
}

fn object(problem: &Problem) -> Value {
    json!({ "key": problem.key, "problem": problem.problem, "mend": problem.mend })
}
