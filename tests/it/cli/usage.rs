//! Exit codes, help, and what is printed where.

use std::io::Read as _;
use std::process::Stdio;

use tempfile::tempdir;

use super::{authy, command};

#[test]
fn wrong_usage_exits_with_2_and_says_so_in_the_form_that_was_asked_for() {
    let place = tempdir().unwrap();
    for arguments in [
        &["frobnicate"][..],
        &["user"],
        &["user", "create"],
        &["client", "create", "--grnt"],
        &["completion", "cmd.exe"],
        &["serve", "extra"],
    ] {
        let plain = authy(place.path(), &[], arguments).exits(2);
        assert!(plain.stdout.is_empty() && !plain.stderr.is_empty(), "{plain:?}");
        let json = authy(place.path(), &[], &[arguments, &["--json"]].concat()).exits(2);
        assert_eq!((json.error()["error"].as_str(), json.stdout.as_str()), (Some("usage"), ""));
    }
}

#[test]
fn wrong_usage_as_json_names_what_is_missing_and_what_is_possible() {
    let place = tempdir().unwrap();
    let message = |arguments: &[&str]| authy(place.path(), &[], arguments).exits(2).error()["message"].as_str().unwrap().to_owned();
    assert!(message(&["user", "create", "ada", "--json"]).contains("--email <ADDRESS>"));
    assert!(message(&["client", "create", "--json"]).contains("<NAME>"));
    assert!(message(&["client", "create", "a", "--profile", "x", "--json"]).contains("oauth21"));
}

#[test]
fn version_and_help_are_data() {
    let place = tempdir().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(authy(place.path(), &[], &["version"]).exits(0).stdout, format!("authy {version}\n"));
    assert_eq!(authy(place.path(), &[], &["version", "--json"]).exits(0).json()["version"], version);
    assert_eq!(authy(place.path(), &[], &["--version"]).exits(0).stdout, format!("authy {version}\n"));
    let help = authy(place.path(), &[], &["--help"]).exits(0).stdout;
    for noun in [
        "serve",
        "migrate",
        "doctor",
        "config",
        "user",
        "group",
        "client",
        "resource",
        "authorization-type",
        "key",
        "perform",
        "healthcheck",
        "version",
        "completion",
    ] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(noun)), "{noun}: {help}");
    }
    assert!(authy(place.path(), &[], &["client", "create", "--help"]).exits(0).stdout.contains("Register an application"));
    assert!(authy(place.path(), &[], &["serve", "--help"]).exits(0).stdout.contains("Run the provider"));
}

#[test]
fn version_needs_no_settings() {
    let place = tempdir().unwrap();
    authy(place.path(), &[("AUTHY_ISSUER", "nonsense")], &["version"]).exits(0);
    authy(place.path(), &[("AUTHY_ISSUER", "nonsense")], &["completion", "bash"]).exits(0);
}

#[test]
fn completion_scripts_know_the_commands() {
    let place = tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = authy(place.path(), &[], &["completion", shell]).exits(0).stdout;
        assert!(script.contains("set-password") && script.contains("rotate-secret"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let place = tempdir().unwrap();
    let mut child = command(place.path(), &[], &["completion", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}
