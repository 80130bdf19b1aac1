//! `authy bench`: what the server costs, beside a bare handler of the same framework in the same run.
//!
//! Server and bare handler are processes of their own, driven over loopback in turn; the system counts their processor time. Ratios and
//! limits come from this run alone, so that they mean the same on every machine. A wrong answer voids the run.

pub mod bare;
pub mod child;
pub mod http;
pub mod lane;
pub mod limits;
pub mod load;
pub mod logins;
pub mod operations;
pub mod parts;
pub mod place;
pub mod plan;
pub mod report;
pub mod run;
pub mod servers;
pub mod sign_in;
pub mod usage;
pub mod world;

use clap::{Args, Subcommand};

use super::output::{CliError, Output};

/// `authy bench`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArguments {
    /// Less than a minute; the default
    #[arg(long)]
    pub quick: bool,
    /// Some minutes, for figures that vary less
    #[arg(long, conflicts_with = "quick")]
    pub full: bool,
    /// Only the rows whose name contains this text; may be repeated
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// bcrypt cost of the passwords that sign in
    #[arg(long, value_name = "COST", default_value_t = 10, value_parser = clap::value_parser!(u32).range(4..=14))]
    pub hash_cost: u32,
    /// Connections that are kept open to each server
    #[arg(long, value_name = "NUMBER", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub connections: u16,
    /// A Postgres server on which a database is made for this run and dropped again; otherwise SQLite
    #[arg(long, value_name = "URL", value_parser = postgres)]
    pub database_url: Option<String>,
    /// A Redis server; otherwise the store in process
    #[arg(long, value_name = "URL")]
    pub redis_url: Option<String>,
    /// The other side of a run.
    #[command(subcommand)]
    pub part: Option<Part>,
}

fn postgres(text: &str) -> Result<String, &'static str> {
    match text.split_once("://") {
        Some(("postgres" | "postgresql", _)) => Ok(text.to_owned()),
        _ => Err("it names no Postgres server; without it, SQLite is measured"),
    }
}

/// What `authy bench` starts itself.
#[derive(Debug, Subcommand)]
pub enum Part {
    /// The bare handler
    #[command(hide = true)]
    Bare(bare::BareArguments),
}

/// Measures, and prints what came of it.
///
/// # Errors
/// `void` when an answer was wrong, `failed` when a server or a store cannot be had, wrong usage for a name that no row has.
pub async fn run(arguments: BenchArguments, out: Output) -> Result<(), CliError> {
    match &arguments.part {
        Some(Part::Bare(bare)) => bare::run(bare).await,
        None => run::run(&arguments, out).await,
    }
}

impl From<http::Wrong> for CliError {
    fn from(wrong: http::Wrong) -> Self {
        Self::new(
            "void",
            format!("The run is void: {wrong}."),
            "A run with a wrong answer measures nothing: mend the answer, then run it again.",
        )
    }
}
