//! Secrets that must be had back, and clients that have none.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::cli::{Ran, authy};
use crate::support::signer::{KEYS, set};

fn run(place: &Path, arguments: &[&str]) -> Ran {
    authy(place, &[("AUTHY_HASHING__COST", "4")], arguments)
}

fn create(place: &Path, more: &[&str]) -> Ran {
    run(place, &[&["client", "create", "shop", "--grant", "client_credentials", "--scope", "read", "--json"], more].concat())
}

#[test]
fn a_client_with_keys_gets_no_secret() {
    let place = tempdir().unwrap();
    std::fs::write(place.path().join("jwks.json"), set(&*KEYS).to_string()).unwrap();
    let made = create(place.path(), &["--auth-method", "private_key_jwt", "--jwks-file", "jwks.json"]).exits(0).json();
    assert_eq!(made["token_endpoint_auth_method"], "private_key_jwt");
    assert!(made.get("client_secret").is_none() && made["jwks"]["keys"].as_array().is_some_and(|keys| keys.len() == 4), "{made}");
    let shown = run(place.path(), &["client", "show", "shop", "--json"]).exits(0).json();
    assert_eq!(shown["secrets"], json!([]));
    let refused = run(place.path(), &["client", "rotate-secret", "shop", "--json"]).exits(1).error();
    assert_eq!(refused["error"], "refused");
}

#[test]
fn keys_that_prove_nothing_are_refused_with_a_mend() {
    let place = tempdir().unwrap();
    let private: Value = serde_json::from_str(KEYS[3].private_jwk.expose()).unwrap();
    for (name, document) in
        [("private", json!({ "keys": [private] })), ("empty", json!({ "keys": [] })), ("twice", set([&KEYS[3], &KEYS[3]]))]
    {
        std::fs::write(place.path().join("jwks.json"), document.to_string()).unwrap();
        let error = create(place.path(), &["--auth-method", "private_key_jwt", "--jwks-file", "jwks.json"]).exits(1).error();
        assert_eq!(error["error"], "refused", "{name}");
        assert!(!error["mend"].as_str().unwrap().is_empty(), "{name}");
    }
    create(place.path(), &["--auth-method", "private_key_jwt"]).exits(1);
    create(place.path(), &["--profile", "fapi2"]).exits(1);
    create(place.path(), &["--auth-method", "tls_client_auth"]).exits(1);
    create(place.path(), &["--auth-method", "tls_client_auth", "--metadata", "tls_client_auth_san_dns=rp.example"]).exits(0);
}

#[test]
fn a_secret_that_signs_is_shown_once_and_stored_sealed() {
    let place = tempdir().unwrap();
    let made = create(place.path(), &["--auth-method", "client_secret_jwt"]).exits(0).json();
    let secret = made["client_secret"].as_str().unwrap();
    assert!(secret.len() >= 32);
    let shown = run(place.path(), &["client", "show", "shop", "--json"]).exits(0);
    assert!(!shown.stdout.contains(secret));
    let stored = std::fs::read(place.path().join("authy-data/authy.db")).unwrap();
    assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()));
    let rotated = run(place.path(), &["client", "rotate-secret", "shop", "--json"]).exits(0).json();
    assert_ne!(rotated["client_secret"], made["client_secret"]);
}

#[test]
fn a_secret_is_no_argument_and_a_file_may_bring_it_to_a_new_client_only() {
    let place = tempdir().unwrap();
    const SECRET: &str = "a-secret-of-forty-characters-and-no-less";
    for member in [format!("client_secret={SECRET}"), format!("client_secret=\"{SECRET}\""), format!(" Client_Secret={SECRET}")] {
        let refused = create(place.path(), &["--metadata", &member]).exits(1);
        assert!(!format!("{refused:?}").contains(SECRET), "{refused:?}");
        let error = refused.error();
        assert!(error["error"] == "refused" && error["mend"].as_str().unwrap().contains("--secret-stdin"), "{error}");
    }
    let document = json!({ "client_secret": SECRET }).to_string();
    std::fs::write(place.path().join("client.json"), document).unwrap();
    let made = create(place.path(), &["--metadata-file", "client.json"]).exits(0).json();
    assert_eq!(made["client_secret"], SECRET);

    let update = |more: &[&str]| run(place.path(), &[&["client", "update", "shop", "--json"], more].concat());
    let argument = format!("client_secret={SECRET}");
    for more in [["--metadata", argument.as_str()], ["--metadata", "client_secret="], ["--metadata-file", "client.json"]] {
        let error = update(&more).exits(1).error();
        assert!(error["mend"].as_str().unwrap().contains("authy client rotate-secret"), "{error}");
    }
    update(&["--metadata", "logo_uri=https://app.example.com/logo.png"]).exits(0);
}
