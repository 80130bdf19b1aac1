//! `authy doctor`: checks a deployment; each finding comes with its mend.

mod clients;
mod data;
mod files;
mod finding;
mod listeners;
mod mail;
mod reach;
mod resources;
mod tls;

use clap::Args;

use super::arguments::ServeArguments;
use super::output::{CliError, Output};
use super::settings;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Problem, Problems, Settings};
use finding::{Findings, Level};

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
/// When something is found that must be mended.
pub async fn run(arguments: DoctorArguments, out: Output) -> Result<(), CliError> {
    let mut findings = Findings::default();
    match settings::load_for_serving(&arguments.serve.flags()) {
        Ok(settings) => look(&settings, &mut findings).await,
        Err(Problems(problems)) => wrong_settings(&problems, &mut findings),
    }
    out.print(&findings.json(), || findings.text());
    match findings.count(Level::Error) {
        0 => Ok(()),
        number => Err(CliError::new("refused", format!("{number} finding(s) must be mended."), "Each finding names its mend.")),
    }
}

async fn look(settings: &Settings, findings: &mut Findings) {
    findings.ok("The settings are in order.");
    files::check(settings, findings);
    tls::check(settings, SystemClock.now(), findings);
    data::check(settings, SystemClock.now(), findings).await;
    let on_postgres = settings.database_url.expose().starts_with("postgres");
    reach::redis(settings, on_postgres, findings).await;
    mail::check(settings, findings).await;
    listeners::check(settings, findings).await;
    reach::issuer(settings, findings).await;
}

fn wrong_settings(problems: &[Problem], findings: &mut Findings) {
    for problem in problems {
        findings.error(format!("{}: {}", problem.key, problem.problem), problem.mend.clone());
    }
}
