//! The command line. Each noun has a file with its arguments and its work; this one names them and sends a command on its way.

pub mod approval;
pub mod arguments;
pub mod authorization_type;
pub mod bench;
pub mod client;
pub mod completion;
pub mod config;
pub mod doctor;
pub mod explain;
pub mod group;
pub mod healthcheck;
pub mod key;
pub mod migrate;
pub mod open;
pub mod output;
pub mod perform;
pub mod registration_token;
pub mod resource;
pub mod serve;
pub mod settings;
pub mod stdin;
pub mod user;
pub mod version;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use arguments::ServeArguments;
use output::{CliError, Output};

/// An OAuth 2 and OpenID Connect identity provider in one binary. Without a command: serve.
#[derive(Debug, Parser)]
#[command(name = "authy", version, propagate_version = true)]
pub struct Cli {
    /// Print one JSON value instead of text, never prompt, and report errors as JSON on standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands: nouns, then verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the provider.
    Serve(ServeArguments),
    /// Bring the schema of the database up to date.
    Migrate(migrate::MigrateArguments),
    /// Check a deployment and say how to mend what is found.
    Doctor(doctor::DoctorArguments),
    /// Check or show the settings.
    Config(config::ConfigCommand),
    /// Say why a request was refused: the checks in order, the clause, the mend
    Explain(explain::ExplainArguments),
    /// People.
    User(user::UserCommand),
    /// Groups of people.
    Group(group::GroupCommand),
    /// Applications.
    Client(client::ClientCommand),
    /// APIs that take access tokens.
    Resource(resource::ResourceCommand),
    /// Tokens that let applications register themselves.
    RegistrationToken(registration_token::RegistrationTokenCommand),
    /// Requests of applications that wait for a person.
    Approval(approval::ApprovalCommand),
    /// What applications may ask for in detail, and how people read it.
    AuthorizationType(authorization_type::AuthorizationTypeCommand),
    /// Signing keys.
    Key(key::KeyCommand),
    /// Run a real flow against a server as an application would, and show every step.
    Perform(perform::PerformCommand),
    /// Measure what the server costs, beside a bare handler in the same run.
    Bench(bench::BenchArguments),
    /// Ask a running server whether it is ready.
    Healthcheck(healthcheck::HealthcheckArguments),
    /// Print the version.
    Version,
    /// Print a completion script for a shell.
    Completion(completion::CompletionArguments),
}

/// Parses the command line, runs the command, prints its error. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = with_default_command(arguments);
    let wants_json = arguments.iter().any(|argument| argument == "--json");
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => finish(run(cli), wants_json),
        Err(error) if !error.use_stderr() => {
            output::text(&error.render().to_string());
            ExitCode::SUCCESS
        }
        Err(error) if wants_json => finish(Err(CliError::usage(&error)), true),
        Err(error) => {
            // Coloured on a terminal; when standard error is gone there is nobody left to tell.
            let _nobody = error.print();
            ExitCode::from(2)
        }
    }
}

/// `authy --listen …` is `authy serve --listen …`.
fn with_default_command(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let first = arguments.iter().skip(1).find(|argument| *argument != "--json").and_then(|argument| argument.to_str()).unwrap_or_default();
    if first.starts_with("--") && !matches!(first, "--help" | "--version" | "--") {
        arguments.insert(1, "serve".into());
    }
    arguments
}

fn finish(result: Result<(), CliError>, json: bool) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(error.exit_code)
        }
    }
}

fn run(cli: Cli) -> Result<(), CliError> {
    let out = Output { json: cli.json };
    let command = cli.command.unwrap_or(Command::Serve(ServeArguments::default()));
    match command {
        // These need no runtime, and start faster without one.
        Command::Version => version::run(out),
        Command::Completion(arguments) => completion::run(&arguments, out),
        Command::Config(command) => config::run(&command, out),
        command => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            let runtime = runtime.map_err(|error| CliError::failed(format!("The runtime cannot start: {error}.")))?;
            runtime.block_on(dispatch(command, out))
        }
    }
}

async fn dispatch(command: Command, out: Output) -> Result<(), CliError> {
    match command {
        Command::Serve(arguments) => {
            let settings = settings::for_serving(&arguments)?;
            serve::run(settings).await.map_err(CliError::from)
        }
        Command::Migrate(arguments) => migrate::run(arguments, out).await,
        Command::Doctor(arguments) => doctor::run(arguments, out).await,
        Command::Explain(arguments) => explain::run(arguments, out).await,
        Command::User(command) => user::run(command, out).await,
        Command::Group(command) => group::run(command, out).await,
        Command::Client(command) => client::run(command, out).await,
        Command::Resource(command) => resource::run(command, out).await,
        Command::RegistrationToken(command) => registration_token::run(command, out).await,
        Command::Approval(command) => approval::run(command, out).await,
        Command::AuthorizationType(command) => authorization_type::run(command, out).await,
        Command::Key(command) => key::run(command, out).await,
        Command::Perform(command) => perform::run(command, out).await,
        Command::Bench(arguments) => bench::run(arguments, out).await,
        Command::Healthcheck(arguments) => healthcheck::run(arguments, out).await,
        Command::Config(command) => config::run(&command, out),
        Command::Version => version::run(out),
        Command::Completion(arguments) => completion::run(&arguments, out),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_without_a_command_are_those_of_serve() {
        let parsed = |words: &[&str]| Cli::try_parse_from(with_default_command(words.iter().map(OsString::from)));
        assert!(matches!(parsed(&["authy", "--issuer", "https://id.example.com"]).unwrap().command, Some(Command::Serve(_))));
        assert!(parsed(&["authy"]).unwrap().command.is_none());
        assert!(parsed(&["authy", "--json", "version"]).unwrap().json);
        assert!(matches!(parsed(&["authy", "--json", "--listen", "127.0.0.1:0"]).unwrap().command, Some(Command::Serve(_))));
        assert!(parsed(&["authy", "version", "--json"]).unwrap().json);
        assert!(parsed(&["authy", "--isuer", "x"]).unwrap_err().use_stderr());
    }
}
