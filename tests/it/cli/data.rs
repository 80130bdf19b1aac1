//! Commands that touch data, on a SQLite file of their own: what they print, make, and refuse to make.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{Ran, authy};

/// `authy …` with cheap hashing, and no port that another program could have.
fn run(place: &Path, arguments: &[&str]) -> Ran {
    let env = [("AUTHY_HASHING__COST", "4"), ("AUTHY_LISTEN", "127.0.0.1:0"), ("AUTHY_MANAGEMENT_LISTEN", "off")];
    authy(place, &env, arguments)
}

#[test]
fn a_user_is_printed_with_exactly_the_agreed_members_and_people_also_see_the_claims() {
    let place = tempdir().unwrap();
    let create = ["user", "create", "ada", "--email", "ada@example.org", "--claim", "nickname=A", "--group", "staff", "--json"];
    let made = run(place.path(), &create).exits(0).json();
    let members: BTreeSet<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    let agreed = ["sub", "username", "email", "email_verified", "name", "groups", "admin", "locked", "created_at"];
    assert_eq!(members, BTreeSet::from(agreed));
    assert_eq!(run(place.path(), &["user", "show", "ada", "--json"]).exits(0).json(), made);
    assert_eq!(run(place.path(), &["user", "list", "--json"]).exits(0).json(), json!({"items": [made], "next": null}));
    assert!(run(place.path(), &["user", "show", "ada"]).exits(0).stdout.contains("nickname"));
    assert_eq!(run(place.path(), &["user", "delete", "ada", "--json"]).exits(0).json(), json!({}));
    assert_eq!(run(place.path(), &["user", "delete", "ada", "--json"]).exits(1).error()["error"], "not_found");
}

#[test]
fn checking_and_planning_a_migration_make_nothing() {
    let place = tempdir().unwrap();
    for arguments in [&["migrate", "--check", "--json"][..], &["migrate", "--plan", "--json"], &["doctor", "--json"]] {
        let ran = run(place.path(), arguments);
        assert_eq!(ran.code, i32::from(arguments.contains(&"--check")), "{ran:?}");
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "{arguments:?}");
    }
    let pending = run(place.path(), &["migrate", "--plan", "--json"]).json()["pending"].clone();
    let applied = run(place.path(), &["migrate", "--json"]).exits(0).json();
    assert_eq!(applied, json!({"applied": pending, "pending": []}));
    assert_eq!(run(place.path(), &["migrate", "--check", "--json"]).exits(0).json()["pending"], json!([]));
}

#[test]
fn a_database_in_a_directory_that_is_not_there_is_refused_and_not_made() {
    let place = tempdir().unwrap();
    let away = place.path().join("away");
    let url = format!("sqlite:{}/authy.db", away.display());
    let ran = run(place.path(), &["user", "list", "--database-url", &url, "--json"]).exits(1);
    assert!(ran.error()["message"].as_str().unwrap().contains("does not exist"), "{ran:?}");
    assert!(!away.exists());
}

#[test]
fn a_file_that_is_no_database_is_told_apart_from_a_server_that_is_away() {
    let place = tempdir().unwrap();
    super::write(place.path(), "a.db", [7_u8; 8_192]);
    let url = format!("sqlite:{}/a.db", place.path().display());
    let ran = run(place.path(), &["user", "list", "--database-url", &url, "--json"]).exits(1);
    assert!(ran.error()["mend"].as_str().unwrap().contains("Restore"), "{ran:?}");
}

#[test]
fn without_a_running_server_a_refusal_that_only_it_knows_cannot_be_explained() {
    let place = tempdir().unwrap();
    let ran = authy(place.path(), &[("AUTHY_MANAGEMENT_LISTEN", "127.0.0.1:1")], &["explain", "abcdefghij2345672345", "--json"]).exits(1);
    assert!(ran.error()["mend"].as_str().unwrap().contains("authy serve"), "{ran:?}");
    assert_eq!(run(place.path(), &["explain", "nonsense", "--json"]).exits(1).error()["error"], "not_found");
}

#[test]
fn a_data_directory_is_closed_to_others_unless_it_holds_what_is_not_ours() {
    let place = tempdir().unwrap();
    let mode = |name: &str| std::fs::metadata(place.path().join(name)).unwrap().permissions().mode() & 0o777;
    for name in ["ours", "theirs"] {
        std::fs::create_dir(place.path().join(name)).unwrap();
        std::fs::set_permissions(place.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    std::fs::write(place.path().join("theirs/novel.txt"), "").unwrap();
    for name in ["ours", "theirs", "new"] {
        run(place.path(), &["group", "list", "--data-dir", name]).exits(0);
    }
    assert_eq!((mode("ours"), mode("theirs"), mode("new")), (0o700, 0o755, 0o700));
}

#[test]
fn a_server_that_cannot_start_says_why_and_what_to_do() {
    let place = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = |more: &[&str]| -> Value {
        let quiet = ["serve", "--json", "--management-listen", "off", "--listen"];
        authy(place.path(), &[("AUTHY_LOG", "off")], &[&quiet[..], more].concat()).exits(1).error()
    };
    let error = serve(&[&address]);
    assert!(error["message"].as_str().unwrap().contains(&address) && error["mend"].as_str().unwrap().contains("AUTHY_LISTEN"), "{error}");
    let error = serve(&["127.0.0.1:0", "--redis-url", "redis://127.0.0.1:1"]);
    assert!(error["mend"].as_str().unwrap().contains("AUTHY_REDIS_URL"), "{error}");
    let error = serve(&["127.0.0.1:0", "--database-url", "postgres://authy@127.0.0.1:1/authy"]);
    assert!(error["mend"].as_str().unwrap().contains("AUTHY_DATABASE_URL"), "{error}");
}

#[test]
fn an_address_that_the_server_would_never_call_is_refused_on_the_command_line() {
    let place = tempdir().unwrap();
    let create = |member: &str, env: &[(&str, &str)]| {
        let arguments = ["client", "create", "Shop", "--redirect-uri", "https://shop.example/cb", "--metadata", member, "--json"];
        authy(place.path(), env, &arguments)
    };
    let deployed = ("AUTHY_ISSUER", "https://id.example.com");
    for member in
        ["jwks_uri=https://10.0.0.1/jwks", "backchannel_logout_uri=http://localhost:3000/x", "request_uris=[\"https://intranet/r\"]"]
    {
        let error = create(member, &[deployed]).exits(1).error();
        let (name, _) = member.split_once('=').unwrap();
        assert!(error["message"].as_str().unwrap().starts_with(name), "{error}");
        assert!(error["mend"].as_str().unwrap().contains("AUTHY_OUTBOUND__ALLOW_HOSTS"), "{error}");
    }
    create("jwks_uri=https://10.0.0.1/jwks", &[deployed, ("AUTHY_OUTBOUND__ALLOW_HOSTS", "10.0.0.1")]).exits(0);
    create("backchannel_logout_uri=http://localhost:3000/x", &[]).exits(0);
}

#[test]
fn nothing_is_allowed_until_a_day_that_is_over() {
    let place = tempdir().unwrap();
    let create = ["client", "create", "Old app", "--client-id", "old-app", "--redirect-uri", "https://app.example/cb", "--json"];
    let refused = |arguments: &[&str], more: [&str; 2]| {
        let error = run(place.path(), &[arguments, &more].concat()).exits(1).error();
        assert!(error["mend"].as_str().unwrap().contains("Name today or a later day"), "{error}");
    };
    refused(&create, ["--allowed-until", "2001-01-31"]);
    refused(&create, ["--metadata", r#"weakenings=[{"setting":"require_pkce","allowed_by":"ada","until":5}]"#]);
    run(place.path(), &[&create[..], &["--allowed-until", "2999-12-31"]].concat()).exits(0);
    let update = ["client", "update", "old-app", "--json"];
    refused(&update, ["--allowed-until", "2001-01-31"]);
    run(place.path(), &[&update[..], &["--allowed-until", "2998-12-31"]].concat()).exits(0);
}

#[test]
fn the_doctor_warns_of_certificates_that_never_arrive_and_of_addresses_that_are_never_called() {
    let place = tempdir().unwrap();
    let bank = ["client", "create", "Bank", "--redirect-uri", "https://bank.example/cb", "--auth-method", "tls_client_auth", "--json"];
    let name = ["--metadata", "tls_client_auth_san_dns=bank.example"];
    run(place.path(), &[&bank[..], &name].concat()).exits(0);
    let shop =
        ["client", "create", "Shop", "--redirect-uri", "https://shop.example/cb", "--jwks-uri", "http://localhost:3000/jwks", "--json"];
    run(place.path(), &shop).exits(0);
    let warnings = |env: &[(&str, &str)]| -> Vec<String> {
        let found = authy(place.path(), env, &["doctor", "--json"]).json()["findings"].clone();
        let warnings = found.as_array().unwrap().iter().filter(|finding| finding["level"] == "warning");
        warnings.map(|finding| format!("{} {}", finding["what"], finding["mend"])).collect()
    };
    let about = |found: &[String], text: &str| found.iter().filter(|finding| finding.contains(text)).count();
    let found = warnings(&[("AUTHY_ISSUER", "https://id.example.com")]);
    assert_eq!((about(&found, "Set AUTHY_MTLS_CA_FILE"), about(&found, "Set AUTHY_MTLS_LISTEN"), about(&found, "its jwks_uri")), (1, 1, 1));
    let authority = crate::support::x509::Authority::shared().file();
    let settings = [
        ("AUTHY_MTLS_CA_FILE", authority.to_str().unwrap()),
        ("AUTHY_TRUSTED_PROXIES", "10.0.0.0/8"),
        ("AUTHY_MTLS_BASE", "https://mtls.id.example.com"),
    ];
    let found = warnings(&settings);
    assert_eq!(about(&found, "MTLS") + about(&found, "its jwks_uri"), 0, "{found:?}");
}

#[test]
fn keys_are_listed_and_rotated_and_one_for_eddsa_is_there_once_somebody_registered_that() {
    let place = tempdir().unwrap();
    let algorithms = |ran: Ran| -> Vec<String> {
        let mut names: Vec<_> =
            ran.json()["items"].as_array().unwrap().iter().map(|key| key["algorithm"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let first = ["ECDH-ES", "ES256", "PS256", "RS256", "RSA-OAEP-256"];
    assert_eq!(algorithms(run(place.path(), &["key", "rotate", "--json"]).exits(0)), first);
    let create = ["client", "create", "Wiki", "--redirect-uri", "https://wiki.example/cb", "--json"];
    run(place.path(), &create).exits(0);
    assert_eq!(algorithms(run(place.path(), &["key", "list", "--json"]).exits(0)), first);
    let update = ["client", "update", "Wiki", "--id-token-signing-alg", "EdDSA", "--json"];
    run(place.path(), &update).exits(0);
    run(place.path(), &["resource", "create", "https://api.example", "--signing-alg", "EdDSA", "--json"]).exits(0);
    let listed = run(place.path(), &["key", "list", "--json"]).exits(0);
    let made: Vec<_> = listed.json()["items"].as_array().unwrap().iter().filter(|key| key["algorithm"] == "EdDSA").cloned().collect();
    assert_eq!((made.len(), &made[0]["state"]), (1, &json!("active")));
    let rotated = algorithms(run(place.path(), &["key", "rotate", "--json"]).exits(0));
    assert_eq!(rotated.iter().filter(|name| *name == "EdDSA").count(), 2, "it rotates with the others");
}

#[test]
fn a_response_type_of_the_legacy_profile_brings_the_grant_that_it_needs() {
    let place = tempdir().unwrap();
    let create = ["client", "create", "Old", "--redirect-uri", "https://old.example/cb", "--response-type", "code id_token", "--json"];
    let client = run(place.path(), &[&create[..], &["--profile", "legacy"]].concat()).exits(0).json();
    assert_eq!(client["grant_types"], json!(["authorization_code", "refresh_token", "implicit"]));
    let mend = run(place.path(), &create).exits(1).error()["mend"].clone();
    assert!(mend.as_str().unwrap().contains("--profile legacy"), "{mend}");
}
