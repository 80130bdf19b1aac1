//! The built binary, run as scripts run it.

mod approval;
mod authorization_types;
mod bench;
mod config;
mod data;
mod doctor;
mod everything;
mod healthcheck;
mod looking;
mod members;
mod perform;
mod troubles;
mod usage;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Standard output as the one JSON value that it must be.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// Standard error as the one error that it must be.
    pub fn error(&self) -> Value {
        let error: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"));
        let members: BTreeSet<_> = error.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(members, BTreeSet::from(["error", "message", "mend"]), "{error}");
        error
    }

    /// Demands an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// `authy` in an empty environment but for `env`, in the directory `place`.
pub fn command(place: &Path, env: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authy"));
    command.args(arguments).current_dir(place).env_clear().envs(env.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn authy(place: &Path, env: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let output = command(place, env, arguments).output().expect("authy runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: output.status.code().expect("an exit code"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Writes a file.
pub fn write(place: &Path, name: &str, content: impl AsRef<[u8]>) {
    std::fs::File::create(place.join(name)).and_then(|mut file| file.write_all(content.as_ref())).expect("written");
}
