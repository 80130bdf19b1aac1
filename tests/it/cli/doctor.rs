//! `authy doctor`: what would keep `serve` from starting is an error, and what a running server has is not.

use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;

use super::authy;
use crate::support::process::Server;

/// What the doctor finds of a level, and the summary.
fn found(place: &Path, env: &[(&str, &str)], level: &str) -> (Vec<Value>, String) {
    let ran = authy(place, env, &["doctor", "--json"]);
    let findings = ran.json()["findings"].as_array().unwrap().clone();
    (findings.into_iter().filter(|finding| finding["level"] == level).collect(), ran.stderr)
}

#[test]
fn an_address_that_another_program_has_or_that_is_not_this_machines_is_an_error() {
    let place = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (listen, management, setting, says) in [
        (taken.as_str(), "off", "AUTHY_LISTEN", "another program listens there"),
        ("127.0.0.1:0", taken.as_str(), "AUTHY_MANAGEMENT_LISTEN", "another program listens there"),
        ("192.0.2.1:8080", "off", "AUTHY_LISTEN", "cannot listen on 192.0.2.1:8080"),
    ] {
        let env = [("AUTHY_LISTEN", listen), ("AUTHY_MANAGEMENT_LISTEN", management)];
        let (errors, summary) = found(place.path(), &env, "error");
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0]["what"].as_str().unwrap().contains(says) && errors[0]["mend"].as_str().unwrap().contains(setting), "{errors:?}");
        assert!(summary.contains("1 finding(s) must be mended."), "{summary}");
        let serve = authy(place.path(), &[&env[..], &[("AUTHY_LOG", "off")]].concat(), &["serve", "--json"]).exits(1).error();
        assert_eq!((&serve["message"], &serve["mend"]), (&errors[0]["what"], &errors[0]["mend"]), "both say the same");
    }
}

#[test]
fn the_ports_of_the_running_server_are_no_trouble_and_those_of_another_provider_are() {
    let place = tempdir().unwrap();
    let server = Server::start(place.path(), &[], "127.0.0.1:0");
    let listen = server.base.replace("http://localhost", "127.0.0.1");
    let management = server.management.trim_start_matches("http://").to_owned();
    let env = [("AUTHY_LISTEN", listen.as_str()), ("AUTHY_MANAGEMENT_LISTEN", management.as_str())];
    assert_eq!(found(place.path(), &env, "error").0, Vec::<Value>::new());
    assert!(found(place.path(), &env, "ok").0.iter().any(|ok| ok["what"] == format!("authy answers on {listen}.")));
    let other = [&env[..], &[("AUTHY_ISSUER", "http://127.0.0.1:1")]].concat();
    assert_eq!(found(place.path(), &other, "error").0.len(), 2, "both ports are taken");
    server.kill();
}
