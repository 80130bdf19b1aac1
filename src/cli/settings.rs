//! Settings of a command: the process's environment and files, under its flags.

use std::io::Read as _;
use std::path::Path;

use super::arguments::{Flags, ServeArguments};
use super::output::{CliError, Output};
use crate::config::{self, Problem, Problems, Settings, sources};
use crate::server::tls::Reloading;
use crate::telemetry::log;

/// The largest file that a setting may name, in bytes; a device without end is cut off here.
const LARGEST: u64 = 1024 * 1024;

/// Reads a file that a setting names.
///
/// # Errors
/// As the system says.
pub fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The environment. What is not Unicode becomes a value that no setting takes.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

/// Everything that was written, for `config show`.
pub fn collect(flags: &Flags) -> sources::Values {
    sources::collect(flags, environment(), &read_file)
}

/// The settings under these flags.
///
/// # Errors
/// Every problem at once.
pub fn load(flags: &Flags) -> Result<Settings, CliError> {
    config::load(flags, environment(), &read_file).map_err(CliError::from)
}

/// The settings of `serve` under these flags: the files that they name are looked at too.
///
/// # Errors
/// Every problem at once.
pub fn load_for_serving(flags: &Flags) -> Result<Settings, Problems> {
    let settings = config::settle_with_files(&collect(flags), &read_file)?;
    let problems = unfit_pairs(&settings);
    if problems.is_empty() { Ok(settings) } else { Err(Problems(problems)) }
}

/// The certificates and keys that do not belong together, or that TLS cannot use.
fn unfit_pairs(settings: &Settings) -> Vec<Problem> {
    let of_mtls = settings.mtls.tls.as_ref().filter(|files| settings.tls.as_ref() != Some(*files));
    let pairs = [("AUTHY_TLS__CERT, AUTHY_TLS__KEY", settings.tls.as_ref()), ("AUTHY_MTLS_CERT, AUTHY_MTLS_KEY", of_mtls)];
    let errors = pairs.into_iter().filter_map(|(key, files)| Some((key, Reloading::load(files?).err()?)));
    let problems = errors.map(|(key, error)| Problem {
        key: key.to_owned(),
        problem: format!("TLS cannot start with these files: {error:#}."),
        mend: "Name the server's certificate, with those between it and its authority, and the private key that belongs to it.".to_owned(),
    });
    problems.collect()
}

/// For a command that works on the data: logs are kept out of the way, and quite silent where JSON is wanted.
///
/// # Errors
/// Every problem at once.
pub fn for_command(flags: &Flags, out: Output) -> Result<Settings, CliError> {
    let settings = load(flags)?;
    let directives = match (out.json, settings.log.as_str()) {
        (true, _) => "off",
        (false, "info") => "warn",
        (false, chosen) => chosen,
    };
    start_log(directives, &settings)?;
    Ok(settings)
}

/// [`load_for_serving`], and logging starts.
///
/// # Errors
/// Every problem at once.
pub fn for_serving(arguments: &ServeArguments) -> Result<Settings, CliError> {
    let settings = load_for_serving(&arguments.flags())?;
    start_log(&settings.log, &settings)?;
    Ok(settings)
}

fn start_log(directives: &str, settings: &Settings) -> Result<(), CliError> {
    log::init(directives, settings.log_format).map_err(|error| CliError::failed(format!("The log cannot start: {error}.")))
}
